package dev.pawl.lock;

import java.util.Objects;

/**
 * What a backend can and cannot promise. Ask for what you need with {@link Requirement}; the client then
 * fails at start-up instead of in production.
 *
 * @param crashRelease when the lock of a crashed process is free again
 * @param order whether processes are served in the order in which they asked
 * @param wakeUp how a waiter learns of a release
 * @param tokenDurability what the order of fencing tokens survives
 * @param summary one sentence for a log line
 */
public record Guarantees(
        CrashRelease crashRelease, Order order, WakeUp wakeUp, TokenDurability tokenDurability, String summary) {

    /**
     * Refuses null components.
     *
     * @param crashRelease as above
     * @param order as above
     * @param wakeUp as above
     * @param tokenDurability as above
     * @param summary as above
     */
    public Guarantees {
        Objects.requireNonNull(crashRelease, "crashRelease");
        Objects.requireNonNull(order, "order");
        Objects.requireNonNull(wakeUp, "wakeUp");
        Objects.requireNonNull(tokenDurability, "tokenDurability");
        Objects.requireNonNull(summary, "summary");
    }

    /** When the lock of a crashed process is free again. */
    public enum CrashRelease {
        /** When its lease has run out. */
        LEASE,
        /** When the service has ended its session. */
        SESSION,
        /** At once, with its connection. */
        CONNECTION
    }

    /** The order between processes; within a process it is always first come, first served. */
    public enum Order {
        /** First come, first served, but for bounded hand-off. */
        FIFO,
        /** None. */
        NONE
    }

    /** How a waiter learns of a release. */
    public enum WakeUp {
        /** The service tells it. */
        PUSH,
        /** It asks from time to time. */
        POLL
    }

    /** What the order of fencing tokens survives. */
    public enum TokenDurability {
        /** Crash, restart and failover of the service. */
        DURABLE,
        /** Even the loss of the service's data, as long as its clock is not set back. */
        CLOCK_FLOORED,
        /** Nothing: tokens are ordered while this process lives. */
        PROCESS
    }
}
