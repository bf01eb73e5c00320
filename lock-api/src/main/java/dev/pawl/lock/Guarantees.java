package dev.pawl.lock;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * What a backend can and cannot promise, and what it can do. Ask for what you need with {@link Requirement}; the client then
 * fails at start-up instead of in production. Immutable.
 */
public final class Guarantees {

    private final CrashRelease crashRelease;
    private final Order order;
    private final WakeUp wakeUp;
    private final TokenDurability tokenDurability;
    private final Set<Capability> capabilities;
    private final String summary;

    private Guarantees(Builder builder) {
        crashRelease = builder.crashRelease;
        order = builder.order;
        wakeUp = builder.wakeUp;
        tokenDurability = builder.tokenDurability;
        capabilities = Collections.unmodifiableSet(EnumSet.copyOf(builder.capabilities));
        summary = builder.summary;
    }

    /**
     * When the lock of a crashed process is free again.
     *
     * @return how soon
     */
    public CrashRelease crashRelease() {
        return crashRelease;
    }

    /**
     * Whether processes are served in the order in which they asked.
     *
     * @return the order
     */
    public Order order() {
        return order;
    }

    /**
     * How a waiter learns of a release.
     *
     * @return how
     */
    public WakeUp wakeUp() {
        return wakeUp;
    }

    /**
     * What the order of fencing tokens survives.
     *
     * @return what
     */
    public TokenDurability tokenDurability() {
        return tokenDurability;
    }

    /**
     * What the backend can do, of what not every backend can.
     *
     * @return an unmodifiable set
     */
    public Set<Capability> capabilities() {
        return capabilities;
    }

    /**
     * Whether the backend can do something that not every backend can.
     *
     * @param capability what
     * @return true if it can
     */
    public boolean supports(Capability capability) {
        return capabilities.contains(Objects.requireNonNull(capability, "capability"));
    }

    /**
     * Returns if the backend can do something, else throws.
     *
     * @param capability what
     * @throws LockConfigException if it cannot; names the backend, the capability, and what you can do instead
     */
    public void ensure(Capability capability) {
        if (!supports(capability)) {
            throw new LockConfigException(
                    capability + " is not supported here; " + capability.alternative() + ". This is " + summary);
        }
    }

    /**
     * One sentence that names the backend, for a log line.
     *
     * @return the sentence
     */
    public String summary() {
        return summary;
    }

    @Override
    public boolean equals(Object other) {
        return this == other || (other instanceof Guarantees guarantees && values().equals(guarantees.values()));
    }

    @Override
    public int hashCode() {
        return values().hashCode();
    }

    /** All of it. */
    @Override
    public String toString() {
        return "Guarantees" + values();
    }

    private List<Object> values() {
        return List.of(crashRelease, order, wakeUp, tokenDurability, capabilities, summary);
    }

    /**
     * A builder for a backend that promises the least and can do nothing that not every backend can.
     *
     * @param summary one sentence that names the backend
     * @return a new builder
     */
    public static Builder builder(String summary) {
        return new Builder(summary);
    }

    /**
     * A builder that starts from these.
     *
     * @return a new builder
     */
    public Builder toBuilder() {
        Builder builder = builder(summary)
                .crashRelease(crashRelease)
                .order(order)
                .wakeUp(wakeUp)
                .tokenDurability(tokenDurability);
        builder.capabilities.addAll(capabilities);
        return builder;
    }

    /** Builds {@link Guarantees}. Not for use by several threads. */
    public static final class Builder {

        private final String summary;
        private final EnumSet<Capability> capabilities = EnumSet.noneOf(Capability.class);
        private CrashRelease crashRelease = CrashRelease.LEASE;
        private Order order = Order.NONE;
        private WakeUp wakeUp = WakeUp.POLL;
        private TokenDurability tokenDurability = TokenDurability.PROCESS;

        private Builder(String summary) {
            this.summary = Objects.requireNonNull(summary, "summary");
        }

        /**
         * Sets when the lock of a crashed process is free again.
         *
         * @param crashRelease {@link CrashRelease#LEASE} unless set
         * @return this
         */
        public Builder crashRelease(CrashRelease crashRelease) {
            this.crashRelease = Objects.requireNonNull(crashRelease, "crashRelease");
            return this;
        }

        /**
         * Sets whether processes are served in the order in which they asked.
         *
         * @param order {@link Order#NONE} unless set
         * @return this
         */
        public Builder order(Order order) {
            this.order = Objects.requireNonNull(order, "order");
            return this;
        }

        /**
         * Sets how a waiter learns of a release.
         *
         * @param wakeUp {@link WakeUp#POLL} unless set
         * @return this
         */
        public Builder wakeUp(WakeUp wakeUp) {
            this.wakeUp = Objects.requireNonNull(wakeUp, "wakeUp");
            return this;
        }

        /**
         * Sets what the order of fencing tokens survives.
         *
         * @param tokenDurability {@link TokenDurability#PROCESS} unless set
         * @return this
         */
        public Builder tokenDurability(TokenDurability tokenDurability) {
            this.tokenDurability = Objects.requireNonNull(tokenDurability, "tokenDurability");
            return this;
        }

        /**
         * Adds what the backend can do.
         *
         * @param able any number
         * @return this
         */
        public Builder supports(Capability... able) {
            capabilities.addAll(List.of(able));
            return this;
        }

        /**
         * Builds the guarantees.
         *
         * @return immutable guarantees
         */
        public Guarantees build() {
            return new Guarantees(this);
        }
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
        /** Crash, restart and failover of the service, as far as the service tells how it keeps its data. */
        DURABLE,
        /** Even the loss of the service's data, as long as its clock is not set back. */
        CLOCK_FLOORED,
        /** Nothing: tokens are ordered while this process lives. */
        PROCESS
    }
}
