package dev.pawl.lock;

import dev.pawl.lock.spi.LockNames;
import java.io.Serializable;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A number that only goes up: the token of a lease is larger than that of every lease of the same lock that ended before.
 * A resource that remembers the largest it has seen and refuses smaller ones is safe from holders that woke too late.
 *
 * <p>Tokens of different locks have no order; comparing them is an error. {@link #toString()} and {@link #parse} carry a
 * token through a header or a message.
 *
 * <p>Source: M. Kleppmann, <i>How to do distributed locking</i>, 2016; M. Burrows, <i>The Chubby lock service</i>, OSDI 2006
 * ("sequencer").
 *
 * @param lock the name of the lock
 * @param value the number, at least 1
 */
public record FencingToken(String lock, long value) implements Comparable<FencingToken>, Serializable {

    /**
     * Refuses what is no name of a lock, and a value below 1.
     *
     * @param lock as above
     * @param value as above
     */
    public FencingToken {
        LockNames.check(lock);
        if (value < 1) {
            throw new IllegalArgumentException("value: a fencing token is at least 1, but got " + value);
        }
    }

    /**
     * Orders tokens of one lock.
     *
     * @param other a token of the same lock
     * @return negative, zero or positive as this token is older, the same or newer
     * @throws IllegalArgumentException if it is of another lock
     */
    @Override
    public int compareTo(FencingToken other) {
        if (!lock.equals(other.lock)) {
            throw new IllegalArgumentException(
                    "other: tokens of different locks have no order: '" + lock + "' and '" + other.lock + "'");
        }
        return Long.compare(value, other.value);
    }

    /**
     * Refuses a token of another lock than the one that protects the resource. A token that came in a header or a message may be
     * of any lock, and would be the first of its own.
     *
     * @param expected the lock that protects the resource
     * @return this
     * @throws IllegalArgumentException if the token is of another lock
     */
    public FencingToken requireLock(String expected) {
        Objects.requireNonNull(expected, "expected");
        if (!lock.equals(expected)) {
            throw new IllegalArgumentException("expected: the resource is protected by lock '" + expected
                    + "', but this is a token of lock '" + lock + "'");
        }
        return this;
    }

    /**
     * The text form {@code name;value}, with the name percent-encoded, made of visible ASCII only.
     *
     * @return text that {@link #parse} reads back
     */
    @Override
    public String toString() {
        return URLEncoder.encode(lock, StandardCharsets.UTF_8) + ';' + value;
    }

    /**
     * Reads the text form.
     *
     * @param text what {@link #toString()} gave
     * @return the token
     * @throws IllegalArgumentException if the text is malformed; the message says where
     */
    public static FencingToken parse(String text) {
        Objects.requireNonNull(text, "text");
        int semicolon = text.indexOf(';');
        if (semicolon < 0) {
            throw malformed(text, text.length(), "a ';' between name and value is missing", null);
        }
        String lock = decodeName(text, semicolon);
        if (lock.isBlank()) {
            throw malformed(text, 0, "the name is blank", null);
        }
        try {
            LockNames.check(lock);
        } catch (IllegalArgumentException e) {
            throw malformed(text, 0, "no lock has such a name", e);
        }
        String digits = text.substring(semicolon + 1);
        for (int i = 0; i < digits.length(); i++) {
            if (digits.charAt(i) < '0' || digits.charAt(i) > '9') {
                throw malformed(text, semicolon + 1 + i, "the value is not a decimal number", null);
            }
        }
        try {
            return new FencingToken(lock, Long.parseLong(digits));
        } catch (IllegalArgumentException e) {
            throw malformed(text, semicolon + 1, "the value is not between 1 and " + Long.MAX_VALUE, e);
        }
    }

    /** {@link java.net.URLDecoder} passes over what it cannot read: other characters, and bytes that are not UTF-8. */
    private static String decodeName(String text, int end) {
        ByteBuffer bytes = ByteBuffer.allocate(end);
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (c == '%') {
                if (i + 2 >= end
                        || !HexFormat.isHexDigit(text.charAt(i + 1))
                        || !HexFormat.isHexDigit(text.charAt(i + 2))) {
                    throw malformed(text, i, "two hexadecimal digits after '%' are missing", null);
                }
                bytes.put((byte) HexFormat.fromHexDigits(text, i + 1, i + 3));
                i += 2;
            } else if (c > ' ' && c <= '~') {
                bytes.put((byte) (c == '+' ? ' ' : c));
            } else {
                throw malformed(text, i, "a character of the name is not percent-encoded", null);
            }
        }
        bytes.flip();
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw malformed(text, 0, "the name is not UTF-8", e);
        }
    }

    private static IllegalArgumentException malformed(String text, int index, String what, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                "text: not a fencing token: " + what + ", at index " + index + " of \"" + text + "\"", cause);
    }
}
