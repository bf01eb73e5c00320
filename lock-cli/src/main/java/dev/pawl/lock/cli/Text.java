package dev.pawl.lock.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

/** What is shown to people: in one line, without credentials, and without what a terminal takes for a command. */
final class Text {

    /** Up to the last at-sign, since a password may hold any character. */
    private static final Pattern USER_INFO = Pattern.compile("(?<=//)\\S*@");

    private static final Pattern PARAMETER =
            Pattern.compile("(?i)(\\b(?:\\w*password\\d?|user|username)=)[^&;\\s'\"]*");

    private Text() {}

    /** The text with the user and password of every URL in it replaced by three stars. */
    static String masked(String text) {
        String masked = USER_INFO.matcher(text).replaceAll("***@");
        return PARAMETER.matcher(masked).replaceAll("$1***");
    }

    /** What a fault says of itself. */
    static String oneLine(Throwable fault) {
        String message = Objects.requireNonNullElse(fault.getMessage(), "").strip();
        return oneLine(message.isEmpty() ? fault.getClass().getSimpleName() : message);
    }

    static String oneLine(String message) {
        return visible(masked(message.replaceAll("\\s+", " ").strip()));
    }

    /** Names and labels are anybody's: what would move the cursor is shown as its code. */
    static String visible(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                shown.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else {
                shown.appendCodePoint(c);
            }
        });
        return shown.toString();
    }

    /** A time as the options take it, rounded down to what a person wants to know: {@code 850ms}, {@code 12s}, {@code 3m12s}, {@code 2h05m}. */
    static String duration(Duration time) {
        if (time.isNegative()) {
            return "0s";
        }
        long seconds = time.toSeconds();
        if (seconds == 0) {
            return time.isZero() ? "0s" : time.toMillis() + "ms";
        }
        if (seconds < 60) {
            return seconds + "s";
        }
        if (seconds < 3_600) {
            return seconds / 60 + "m" + twoDigits(seconds % 60) + "s";
        }
        if (seconds < 86_400) {
            return seconds / 3_600 + "h" + twoDigits(seconds % 3_600 / 60) + "m";
        }
        return seconds / 86_400 + "d" + twoDigits(seconds % 86_400 / 3_600) + "h";
    }

    private static String twoDigits(long number) {
        return String.format(Locale.ROOT, "%02d", number);
    }
}
