package dev.pawl.lock.spi;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;

/** What a lock may be called: the same on every backend. */
public final class LockNames {

    private static final int MAX_LENGTH = 1_024;

    private LockNames() {}

    /**
     * Refuses what is no name: blank, longer than 1,024 characters, or not well-formed Unicode.
     *
     * @param name the name
     * @return the name
     * @throws IllegalArgumentException if it is none; says why
     */
    public static String check(String name) {
        Objects.requireNonNull(name, "name");
        if (name.isBlank()) {
            throw new IllegalArgumentException("name: a lock's name must not be blank, but got \"" + name + "\"");
        }
        return checkText("name", name);
    }

    /**
     * Refuses what no name can begin with.
     *
     * @param prefix the beginning of names; perhaps empty
     * @return the prefix
     * @throws IllegalArgumentException if it is longer than 1,024 characters, or not well-formed Unicode
     */
    public static String checkPrefix(String prefix) {
        return checkText("prefix", Objects.requireNonNull(prefix, "prefix"));
    }

    private static String checkText(String what, String name) {
        if (name.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(what + ": must be at most " + MAX_LENGTH + " characters, but got "
                    + name.length() + ": \"" + name.substring(0, 40) + "…\"");
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < name.length() && Character.isLowSurrogate(name.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                throw new IllegalArgumentException(
                        what + ": must be well-formed Unicode, but has half a surrogate pair at index " + i + " of \""
                                + name + "\"");
            }
        }
        return name;
    }

    /**
     * A name's hash, where a service cannot keep the name itself.
     *
     * @param name the name
     * @return its SHA-256, 64 hexadecimal digits
     */
    public static String sha256(String name) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
