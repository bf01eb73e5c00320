package dev.pawl.lock;

import dev.pawl.lock.Guarantees.CrashRelease;
import dev.pawl.lock.Guarantees.Order;
import dev.pawl.lock.Guarantees.TokenDurability;
import dev.pawl.lock.Guarantees.WakeUp;

/** What an application may ask of its backend, at start-up, with {@code pawl.require}. Each {@link Capability} is one, of the same name. */
public enum Requirement {
    /** Token order survives crash, restart and failover of the service. */
    FENCING_DURABLE,
    /** Token order survives a restart of the service, if need be by its clock. */
    FENCING_CLOCK_FLOORED,
    /** Processes are served in the order in which they asked. */
    FIFO,
    /** Waiters are told of a release. */
    PUSH,
    /** A crashed process frees its locks without waiting for the end of a lease. */
    CRASH_RELEASE_EARLY,
    /** Somebody can ask who holds a lock. */
    INSPECT,
    /** Somebody can ask which names are held. */
    LIST,
    /** A lock can be taken away so that two never hold it. */
    REVOKE,
    /** A lock can be freed at once. */
    FORCE_RELEASE,
    /** The time of one lease can be changed while it is held. */
    RENEW,
    /** A lock can be kept for a time after its holder has let it go. */
    HOLD_AT_LEAST,
    /** A number of holders can have a name at once. */
    SEMAPHORE,
    /** Several can read while nobody writes. */
    READ_WRITE_LOCK;

    /**
     * Whether a backend with these guarantees gives what is required.
     *
     * @param guarantees what the backend promises
     * @return true if it does
     */
    public boolean isMetBy(Guarantees guarantees) {
        return switch (this) {
            case FENCING_DURABLE -> guarantees.tokenDurability() == TokenDurability.DURABLE;
            case FENCING_CLOCK_FLOORED -> guarantees.tokenDurability() != TokenDurability.PROCESS;
            case FIFO -> guarantees.order() == Order.FIFO;
            case PUSH -> guarantees.wakeUp() == WakeUp.PUSH;
            case CRASH_RELEASE_EARLY -> guarantees.crashRelease() != CrashRelease.LEASE;
            case INSPECT, LIST, REVOKE, FORCE_RELEASE, RENEW, HOLD_AT_LEAST, SEMAPHORE, READ_WRITE_LOCK ->
                guarantees.supports(Capability.valueOf(name()));
        };
    }
}
