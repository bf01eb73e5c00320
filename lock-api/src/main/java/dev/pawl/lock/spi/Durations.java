package dev.pawl.lock.spi;

import dev.pawl.lock.LockConfigException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them: one grammar for all settings, whichever backend reads them. */
public final class Durations {

    private static final Pattern SHORT = Pattern.compile("([0-9]+)(ms|s|m|h|d)");

    private Durations() {}

    /**
     * Reads {@code 500ms}, {@code 30s}, {@code 2m}, {@code 1h}, {@code 7d} or ISO-8601; a number alone has no unit, and is refused.
     *
     * @param text without white space around it
     * @return the duration, which may be negative
     * @throws IllegalArgumentException if it is none; the message names the forms, but not the text
     */
    public static Duration parse(String text) {
        try {
            Matcher matcher = SHORT.matcher(text);
            if (!matcher.matches()) {
                return Duration.parse(text);
            }
            long amount = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                case "h" -> Duration.ofHours(amount);
                default -> Duration.ofDays(amount);
            };
        } catch (DateTimeParseException | NumberFormatException | ArithmeticException e) {
            throw new IllegalArgumentException(
                    "not a duration; write it as 500ms, 30s, 2m, 1h, 7d or ISO-8601 (PT30S)", e);
        }
    }

    /**
     * Reads the value of a setting. White space around it is nobody's wish.
     *
     * @param setting what is set, such as {@code pawl.url: parameter timeout}
     * @param value as it was written; not a secret, since the message repeats it
     * @return the duration, which may be negative
     * @throws LockConfigException if it is none; the message names the setting, its value and the forms
     */
    public static Duration parse(String setting, String value) {
        try {
            return parse(value.strip());
        } catch (IllegalArgumentException e) {
            throw new LockConfigException(setting + "=" + value.strip() + ": " + e.getMessage(), e);
        }
    }
}
