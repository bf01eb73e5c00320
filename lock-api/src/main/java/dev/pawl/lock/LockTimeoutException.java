package dev.pawl.lock;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The lock was still held by others when the time to wait was over. The request is undone. */
public final class LockTimeoutException extends LockException {

    private static final long serialVersionUID = 1L;

    private final String lockName;
    private final Duration elapsed;

    /** For whoever catches it, in the process that has waited. */
    private final transient @Nullable LockInfo holder;

    /**
     * Creates the exception, where nobody knows who has the lock.
     *
     * @param lockName the lock that was asked for
     * @param elapsed how long the request had waited
     * @param message what happened
     */
    public LockTimeoutException(String lockName, Duration elapsed, String message) {
        this(lockName, elapsed, message, null);
    }

    /**
     * Creates the exception.
     *
     * @param lockName the lock that was asked for
     * @param elapsed how long the request had waited
     * @param message what happened
     * @param holder who had the lock when the service was last asked, or null
     */
    public LockTimeoutException(String lockName, Duration elapsed, String message, @Nullable LockInfo holder) {
        super(message, null);
        this.lockName = lockName;
        this.elapsed = elapsed;
        this.holder = holder;
    }

    /**
     * The lock that was asked for.
     *
     * @return its name
     */
    public String lockName() {
        return lockName;
    }

    /**
     * How long the request had waited.
     *
     * @return the time on the monotonic clock
     */
    public Duration elapsed() {
        return elapsed;
    }

    /**
     * Who had the lock when this client last asked for it: another client as the service knows it, or this client itself. It costs no
     * request: the answer that refused the lock said so. Another client may have the lock by now; {@link DistributedLock#inspect}
     * asks again. Of several names it is about the one that could not be had.
     *
     * @return what the answer told, such as {@link LockInfo#holder()} and {@link LockInfo#since()}; empty where the service does not tell
     *     (SQL databases, ZooKeeper, Redlock), where the lock was only reserved for somebody, and after serialization
     */
    public Optional<LockInfo> holder() {
        return Optional.ofNullable(holder);
    }
}
