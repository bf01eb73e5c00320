package dev.pawl.lock;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The hold of every name of a {@link MultiLock}. Each method is that of {@link Lease}, over all names.
 *
 * <p>Safe for use by several threads.
 */
public interface MultiLease extends AutoCloseable {

    /**
     * The fencing token of each name.
     *
     * @return an unmodifiable map from name to token, in canonical order
     */
    Map<String, FencingToken> tokens();

    /**
     * Whether every name is still held. No I/O.
     *
     * @return true while all are valid
     */
    boolean isValid();

    /**
     * The shortest time left of all names. No I/O.
     *
     * @return the time left, zero once released or any is lost
     */
    Duration remaining();

    /**
     * Renews every name, as {@link Lease#renew} does, all at the same time. Where that fails for one, others may be renewed.
     *
     * @param leaseTime as in {@link Lease#renew}
     * @return the shortest time left of all names
     * @throws LeaseLostException if any was lost or released
     * @throws LockBackendException if of any it is not known what came of it
     * @throws LockConfigException if the backend ties its locks to a session or a connection; nothing was sent
     * @throws IllegalArgumentException if the time is out of range; nothing was sent
     */
    Duration renew(Duration leaseTime);

    /**
     * Returns if {@link #isValid()}, else throws. No I/O.
     *
     * @throws LeaseLostException naming the first lock that was lost
     */
    void ensureValid();

    /**
     * Runs {@code action} once, when the first of the names is lost; at once if one is lost already.
     *
     * @param action what to do; it may block
     */
    void onLost(Consumer<LeaseLostEvent> action);

    /**
     * Releases all names without blocking the caller.
     *
     * @return completes when all are confirmed; failures as in {@link Lease#releaseAsync()}, further ones suppressed
     */
    CompletableFuture<Void> releaseAsync();

    /**
     * Releases all names, waiting as {@link Lease#close()} does. A second call does nothing.
     *
     * @throws LeaseLostException if any was lost, as {@link Lease#close()} says; the others are released all the same
     */
    @Override
    void close();
}
