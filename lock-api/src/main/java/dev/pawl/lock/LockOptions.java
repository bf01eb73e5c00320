package dev.pawl.lock;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a lock is held and waited for. Immutable; {@link #builder()} starts from the defaults, {@link #toBuilder()} from these.
 *
 * @param leaseTime how long the service keeps the lock after the last request of its holder that it heard; 30 s
 * @param renewal true: kept alive until the lease is closed; false: {@code leaseTime} is the most that a holder gets
 * @param safetyMargin how much of the lease is given up to the drift between two clocks; the larger of 1 % of it and 2 ms
 * @param handOffMaxGrants how many times in a row a released lock may go to the next waiter of the same process without
 *     asking the service; 64; zero for strict order between processes
 * @param handOffMaxTime for how long a lock may stay in one process by hand-off; 100 ms
 * @param retryCeiling the longest that a waiter sleeps without looking again, should a wake-up be lost; 1 s
 */
public record LockOptions(
        Duration leaseTime,
        boolean renewal,
        Duration safetyMargin,
        int handOffMaxGrants,
        Duration handOffMaxTime,
        Duration retryCeiling) {

    private static final Duration MIN_LEASE = Duration.ofMillis(20);
    private static final Duration MAX_LEASE = Duration.ofDays(7);
    private static final Duration MIN_MARGIN = Duration.ofMillis(2);
    private static final int MAX_GRANTS = 1_000;
    private static final Duration MAX_HAND_OFF = Duration.ofMinutes(1);
    private static final Duration MIN_RETRY = Duration.ofMillis(10);
    private static final Duration MAX_RETRY = Duration.ofMinutes(1);
    private static final LockOptions DEFAULTS = builder().build();

    /**
     * Refuses values out of range and contradictions.
     *
     * @param leaseTime as above
     * @param renewal as above
     * @param safetyMargin as above
     * @param handOffMaxGrants as above
     * @param handOffMaxTime as above
     * @param retryCeiling as above
     */
    public LockOptions {
        requireRange("leaseTime", leaseTime, MIN_LEASE, MAX_LEASE);
        if (leaseTime.toNanos() % 1_000_000 != 0) {
            throw new IllegalArgumentException("leaseTime: whole milliseconds are needed, but got " + leaseTime);
        }
        requireRange("safetyMargin", safetyMargin, Duration.ZERO, MAX_LEASE);
        requireRange("handOffMaxTime", handOffMaxTime, Duration.ZERO, MAX_HAND_OFF);
        requireRange("retryCeiling", retryCeiling, MIN_RETRY, MAX_RETRY);
        if (handOffMaxGrants < 0 || handOffMaxGrants > MAX_GRANTS) {
            throw new IllegalArgumentException(
                    "handOffMaxGrants: must be between 0 and " + MAX_GRANTS + ", but got " + handOffMaxGrants);
        }
        if (safetyMargin.multipliedBy(2).compareTo(leaseTime) > 0) {
            throw new IllegalArgumentException(
                    "safetyMargin: must be at most half of leaseTime (" + leaseTime + "), but got " + safetyMargin);
        }
    }

    /**
     * The defaults named at each component.
     *
     * @return the same object every time
     */
    public static LockOptions defaults() {
        return DEFAULTS;
    }

    /**
     * A builder that starts from the defaults.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * A builder that starts from these options. A safety margin that was never set follows the lease time.
     *
     * @return a new builder
     */
    public Builder toBuilder() {
        Builder builder = new Builder()
                .leaseTime(leaseTime)
                .renewal(renewal)
                .handOff(handOffMaxGrants, handOffMaxTime)
                .retryCeiling(retryCeiling);
        return safetyMargin.equals(defaultMargin(leaseTime)) ? builder : builder.safetyMargin(safetyMargin);
    }

    private static Duration defaultMargin(Duration leaseTime) {
        Duration percent = leaseTime.dividedBy(100);
        return percent.compareTo(MIN_MARGIN) > 0 ? percent : MIN_MARGIN;
    }

    private static void requireRange(String parameter, Duration value, Duration least, Duration most) {
        Objects.requireNonNull(value, parameter);
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    parameter + ": must be between " + least + " and " + most + ", but got " + value);
        }
    }

    /** Builds {@link LockOptions}. Not for use by several threads; values are checked when they are built. */
    public static final class Builder {
        private Duration leaseTime = Duration.ofSeconds(30);
        private boolean renewal = true;
        private @Nullable Duration safetyMargin;
        private int handOffMaxGrants = 64;
        private Duration handOffMaxTime = Duration.ofMillis(100);
        private Duration retryCeiling = Duration.ofSeconds(1);

        private Builder() {}

        /**
         * Sets how long the service keeps the lock after the last request of its holder that it heard.
         *
         * @param leaseTime 20 ms to 7 days, in whole milliseconds
         * @return this
         */
        public Builder leaseTime(Duration leaseTime) {
            requireRange("leaseTime", leaseTime, MIN_LEASE, MAX_LEASE);
            this.leaseTime = leaseTime;
            return this;
        }

        /**
         * Sets whether a lease is kept alive until it is closed.
         *
         * @param renewal false to make the lease time the most that a holder gets
         * @return this
         */
        public Builder renewal(boolean renewal) {
            this.renewal = renewal;
            return this;
        }

        /**
         * Sets how much of the lease is given up to the drift between two clocks.
         *
         * @param safetyMargin zero to half of the lease time
         * @return this
         */
        public Builder safetyMargin(Duration safetyMargin) {
            requireRange("safetyMargin", safetyMargin, Duration.ZERO, MAX_LEASE);
            this.safetyMargin = safetyMargin;
            return this;
        }

        /**
         * Bounds how long a released lock may stay in this process while others wait. {@code handOff(0, Duration.ZERO)} turns
         * hand-off off.
         *
         * @param maxGrants 0 to 1,000 hand-offs in a row
         * @param maxTime zero to one minute since the service granted the lock
         * @return this
         */
        public Builder handOff(int maxGrants, Duration maxTime) {
            if (maxGrants < 0 || maxGrants > MAX_GRANTS) {
                throw new IllegalArgumentException(
                        "maxGrants: must be between 0 and " + MAX_GRANTS + ", but got " + maxGrants);
            }
            requireRange("maxTime", maxTime, Duration.ZERO, MAX_HAND_OFF);
            this.handOffMaxGrants = maxGrants;
            this.handOffMaxTime = maxTime;
            return this;
        }

        /**
         * Sets the longest that a waiter sleeps without looking again.
         *
         * @param retryCeiling 10 ms to one minute
         * @return this
         */
        public Builder retryCeiling(Duration retryCeiling) {
            requireRange("retryCeiling", retryCeiling, MIN_RETRY, MAX_RETRY);
            this.retryCeiling = retryCeiling;
            return this;
        }

        /**
         * Builds the options.
         *
         * @return immutable options
         * @throws IllegalArgumentException if two values contradict each other
         */
        public LockOptions build() {
            Duration margin = safetyMargin != null ? safetyMargin : defaultMargin(leaseTime);
            return new LockOptions(leaseTime, renewal, margin, handOffMaxGrants, handOffMaxTime, retryCeiling);
        }
    }
}
