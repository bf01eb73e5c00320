package dev.pawl.lock.redis.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A Lua script: a resource file that names its keys, arguments and answer. */
public final class Script {

    private static final String SERIAL = """
            local function answer()
            %s
            end
            local numbers = answer()
            if type(numbers) ~= 'table' then
              numbers = {numbers}
            end
            numbers[#numbers + 1] = tonumber(ARGV[#ARGV])
            return numbers
            """;

    private final String source;
    private final String sha;

    private Script(String source) {
        this.source = source;
        sha = sha1(source);
    }

    /**
     * Reads a script, which must be there, for a {@link Call}: its answer, one number or a list of them, is followed by its last
     * argument, the serial of the call.
     *
     * @param owner the class beside which it lies
     * @param file its name
     */
    public static Script of(Class<?> owner, String file) {
        return new Script(SERIAL.formatted(read(owner, file)));
    }

    /** A script that is sent as it is. */
    public static Script ofSource(String source) {
        return new Script(source);
    }

    /** What EVAL takes. */
    public String source() {
        return source;
    }

    /** What EVALSHA takes. */
    public String sha() {
        return sha;
    }

    /**
     * The text of a resource, which must be there.
     *
     * @param owner the class beside which it lies
     * @param file its name
     */
    public static String read(Class<?> owner, String file) {
        try (InputStream in = owner.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException(
                        "resource " + file + " is missing from the jar of " + owner.getPackageName());
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private static String sha1(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
