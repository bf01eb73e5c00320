package dev.pawl.lock.jdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What must not be told of a configuration. Drivers repeat parts of a URL in their messages, credentials too. */
final class Secrets {

    private static final Pattern USER_INFO = Pattern.compile("//([^?]*)@");
    private static final Pattern PASSWORD =
            Pattern.compile("(?:password|passwd|pwd)=([^&;),]*)", Pattern.CASE_INSENSITIVE);

    private final List<String> values = new ArrayList<>();

    private Secrets() {}

    static Secrets of(@Nullable String url, @Nullable String password) {
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
            values.add(value);
        }
    }

    /** Whether what was thrown, or one of its causes, says one of them. */
    boolean areToldBy(Throwable failure) {
        int depth = 0;
        for (Throwable t = failure; t != null && depth < 20; t = t.getCause()) {
            String text = t.toString();
            if (values.stream().anyMatch(text::contains)) {
                return true;
            }
            depth++;
        }
        return false;
    }
}
