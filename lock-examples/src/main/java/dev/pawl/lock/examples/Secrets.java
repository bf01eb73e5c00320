package dev.pawl.lock.examples;

import java.util.regex.Pattern;

/** Keeps credentials off the screen. */
final class Secrets {

    /** Up to the last at-sign, since a password may hold any character. */
    private static final Pattern USER_INFO = Pattern.compile("(?<=//)\\S*@");

    private static final Pattern PARAMETER =
            Pattern.compile("(?i)(\\b(?:\\w*password\\d?|user|username)=)[^&;\\s'\"]*");

    private Secrets() {}

    /** The text with the user and password of every URL in it replaced by three stars. */
    static String mask(String text) {
        String masked = USER_INFO.matcher(text).replaceAll("***@");
        return PARAMETER.matcher(masked).replaceAll("$1***");
    }
}
