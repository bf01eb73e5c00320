package dev.pawl.lock.testkit;

import dev.pawl.lock.FencingToken;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one process of an application has of a guarded store: it keeps a text for each lock, and a guard stands before it. Made for
 * the tests of a guard, over the same store as every other one of its fixture; one that is to be used in a child JVM has a
 * constructor with the store's URL.
 */
public interface GuardedStore extends AutoCloseable {

    /**
     * Writes through the guard.
     *
     * @param token the writer's token, whose lock is that of the text
     * @param value the text
     * @param step told the name of each step when it is done, in order, and may keep the writer there or end it
     * @throws Exception what the guard throws, and nothing is written then
     */
    void write(FencingToken token, String value, Consumer<String> step) throws Exception;

    /**
     * Writes through the guard.
     *
     * @param token the writer's token
     * @param value the text
     * @throws Exception what the guard throws
     */
    default void write(FencingToken token, String value) throws Exception {
        write(token, value, step -> {});
    }

    /**
     * Reads what was written.
     *
     * @param lock the lock of the text
     * @return the text, or null if none was written
     * @throws Exception if the store fails
     */
    @Nullable
    String read(String lock) throws Exception;

    /**
     * Resets the guard.
     *
     * @param lock the lock
     * @param floor the least token that is admitted
     * @throws Exception if the store fails
     */
    void reset(String lock, long floor) throws Exception;

    /**
     * A key under which a store may keep what it guards, whatever it can compare and allows in a name.
     *
     * @param lock the lock's name
     * @return 64 hexadecimal digits, the same for the same lock
     */
    static String key(String lock) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(lock.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
