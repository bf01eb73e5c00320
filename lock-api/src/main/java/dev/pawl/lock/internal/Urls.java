package dev.pawl.lock.internal;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What can be said of a service's URL without knowing its backend. No message shows what may be a credential. */
public final class Urls {

    private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*):.*", Pattern.DOTALL);
    private static final Pattern SECOND_URL = Pattern.compile("[\\s,;|](jdbc:[a-z]|[A-Za-z][A-Za-z0-9+.-]*://)");
    private static final Pattern CREDENTIAL =
            Pattern.compile("//[^?;]*@|[?&;](user|username|password|passwd|pwd)=", Pattern.CASE_INSENSITIVE);
    private static final Pattern SECRET_PARAMETER = Pattern.compile(
            "([?&;][^=?&;]*(?:user|pass|pwd|secret|token|key|cred|auth)[^=?&;]*=).*",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private Urls() {}

    /** Refuses what cannot be one URL with a scheme. */
    public static void check(String url) {
        if (url.isBlank()) {
            throw new IllegalArgumentException("is blank; a URL such as redis://localhost:6379 is needed");
        }
        if (!url.equals(url.strip())) {
            throw new IllegalArgumentException("begins or ends with white space: '" + redact(url) + "'");
        }
        if (SECOND_URL.matcher(url).find()) {
            throw new IllegalArgumentException("holds two URLs where one is needed: '" + redact(url) + "'");
        }
        if (!SCHEME.matcher(url).matches()) {
            throw new IllegalArgumentException(
                    "has no scheme, such as the 'redis:' of redis://localhost:6379: '" + redact(url) + "'");
        }
    }

    /** The scheme in lower case, without its colon. */
    static String scheme(String url) {
        String scheme = schemeOrNull(url);
        if (scheme == null) {
            throw new IllegalArgumentException("not a URL with a scheme: '" + redact(url) + "'");
        }
        return scheme;
    }

    static @Nullable String schemeOrNull(String url) {
        Matcher matcher = SCHEME.matcher(url);
        return matcher.matches() ? matcher.group(1).toLowerCase(Locale.ROOT) : null;
    }

    /** Whether user or password stand in the URL, before an {@code @} or as a parameter. */
    public static boolean hasCredentials(String url) {
        return CREDENTIAL.matcher(url).find();
    }

    /**
     * The URL for a message. Passwords hold any character, {@code @}, {@code /} and {@code ;} too, so rather too much is hidden:
     * all up to the last {@code @}, and all after the first parameter that looks secret.
     */
    public static String redact(String url) {
        String shown = url;
        int at = url.lastIndexOf('@');
        if (at >= 0) {
            int slashes = url.indexOf("//");
            int from = slashes >= 0 && slashes < at ? slashes + 2 : Math.min(at, url.indexOf(':') + 1);
            shown = url.substring(0, from) + "***" + url.substring(at);
        }
        return SECRET_PARAMETER.matcher(shown).replaceFirst("$1***");
    }
}
