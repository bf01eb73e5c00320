package dev.pawl.lock.jdbc.internal.exchange;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What must not be told of a configuration. Drivers repeat parts of a URL in their messages, credentials too. Each is looked for as a
 * word, and in messages only: {@code postgres} is a password, and a part of many a name.
 */
public final class Secrets {

    private static final Pattern USER_INFO = Pattern.compile("//([^?]*)@");
    private static final Pattern PASSWORD =
            Pattern.compile("(?:password|passwd|pwd)=([^&;),]*)", Pattern.CASE_INSENSITIVE);

    private static final String HIDDEN = "***";
    private static final int DEEPEST = 20;

    private final List<Pattern> values = new ArrayList<>();

    private Secrets() {}

    public static Secrets of(@Nullable String url, @Nullable String password) {
        Secrets secrets = new Secrets();
        secrets.add(password);
        if (url != null) {
            Matcher userInfo = USER_INFO.matcher(url);
            if (userInfo.find()) {
                // A driver that takes a slash in it for the end of the server repeats the pieces.
                for (String piece : userInfo.group(1).split("/", -1)) {
                    secrets.add(piece);
                    secrets.add(piece.substring(piece.indexOf(':') + 1));
                }
                secrets.add(userInfo.group(1).substring(userInfo.group(1).indexOf(':') + 1));
            }
            Matcher parameter = PASSWORD.matcher(url);
            while (parameter.find()) {
                secrets.add(parameter.group(1));
            }
        }
        return secrets;
    }

    private void add(@Nullable String value) {
        if (value != null && !value.isBlank()) {
            values.add(Pattern.compile(
                    "(?<![A-Za-z0-9])" + Pattern.quote(value) + "(?![A-Za-z0-9])", Pattern.CASE_INSENSITIVE));
        }
    }

    /** Whether what was thrown, or one of its causes, says one of them. */
    boolean areToldBy(Throwable failure) {
        return areToldBy(failure, 0);
    }

    private boolean areToldBy(Throwable failure, int depth) {
        return depth < DEEPEST
                && (areIn(failure.getMessage())
                        || Stream.concat(Stream.ofNullable(failure.getCause()), Stream.of(failure.getSuppressed()))
                                .anyMatch(one -> areToldBy(one, depth + 1)));
    }

    private boolean areIn(@Nullable String text) {
        return text != null
                && values.stream().anyMatch(value -> value.matcher(text).find());
    }

    /** The text without them. */
    public @Nullable String hide(@Nullable String text) {
        String shown = text;
        for (Pattern value : values) {
            shown = shown == null ? null : value.matcher(shown).replaceAll(Matcher.quoteReplacement(HIDDEN));
        }
        return shown;
    }

    /** What was thrown and its causes, with kind, state and place of each, but without them. */
    public Throwable without(Throwable failure) {
        return without(failure, 0);
    }

    private Throwable without(Throwable failure, int depth) {
        Throwable cause =
                failure.getCause() == null || depth == DEEPEST ? null : without(failure.getCause(), depth + 1);
        String text = hide(failure.getMessage());
        Throwable copy = failure instanceof SQLException e
                ? new SQLException(text, e.getSQLState(), e.getErrorCode(), cause)
                : new Exception(failure.getClass().getName() + ": " + text, cause);
        copy.setStackTrace(failure.getStackTrace());
        return copy;
    }
}
