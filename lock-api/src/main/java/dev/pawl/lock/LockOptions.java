package dev.pawl.lock;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How a lock is held and waited for. Immutable; {@link #builder()} starts from the defaults, {@link #toBuilder()} from these. */
public final class LockOptions {

    private static final Duration MIN_LEASE = Duration.ofMillis(2);
    private static final Duration MAX_LEASE = Duration.ofDays(7);
    private static final Duration MIN_MARGIN = Duration.ofMillis(2);
    private static final int MAX_GRANTS = 1_000;
    private static final Duration MAX_HAND_OFF = Duration.ofMinutes(1);
    private static final Duration MIN_RETRY = Duration.ofMillis(10);
    private static final Duration MAX_RETRY = Duration.ofMinutes(1);
    private static final int LONGEST_GROUP = 100;
    private static final LockOptions DEFAULTS = builder().build();

    private final Duration leaseTime;
    private final boolean renewal;
    private final Duration safetyMargin;
    private final int handOffMaxGrants;
    private final Duration handOffMaxTime;
    private final Duration retryCeiling;
    private final @Nullable Duration acquireTimeout;
    private final @Nullable Duration holdAtLeast;
    private final boolean interruptOnLoss;
    private final @Nullable String group;

    private LockOptions(Builder builder) {
        leaseTime = builder.leaseTime;
        renewal = builder.renewal;
        safetyMargin = builder.safetyMargin != null ? builder.safetyMargin : defaultMargin(leaseTime);
        handOffMaxGrants = builder.handOffMaxGrants;
        handOffMaxTime = builder.handOffMaxTime;
        retryCeiling = builder.retryCeiling;
        acquireTimeout = builder.acquireTimeout;
        holdAtLeast = builder.holdAtLeast;
        interruptOnLoss = builder.interruptOnLoss;
        group = builder.group;
        if (holdAtLeast != null && !renewal && holdAtLeast.compareTo(leaseTime) > 0) {
            throw new IllegalArgumentException("holdAtLeast: without renewal it must be at most leaseTime (" + leaseTime
                    + "), but got " + holdAtLeast);
        }
        if (safetyMargin.multipliedBy(2).compareTo(leaseTime) > 0) {
            throw new IllegalArgumentException(
                    "safetyMargin: must be at most half of leaseTime (" + leaseTime + "), but got " + safetyMargin);
        }
    }

    /**
     * How long the service keeps the lock after the last request of its holder that it heard; 30 s.
     *
     * @return whole milliseconds
     */
    public Duration leaseTime() {
        return leaseTime;
    }

    /**
     * Whether a lease is kept alive until it is closed; true. If not, {@link #leaseTime()} is the most that a holder gets.
     *
     * @return true if it is
     */
    public boolean renewal() {
        return renewal;
    }

    /**
     * How much of the lease is given up to the drift between two clocks; the larger of 1 % of it and 2 ms, but no more than half of
     * it.
     *
     * @return at most half of the lease time
     */
    public Duration safetyMargin() {
        return safetyMargin;
    }

    /**
     * How many times in a row a released lock may go to the next waiter of the same process without asking the service; 64. Zero
     * for strict order between processes.
     *
     * @return a number, not negative
     */
    public int handOffMaxGrants() {
        return handOffMaxGrants;
    }

    /**
     * For how long a lock may stay in one process by hand-off; 100 ms.
     *
     * @return a time, not negative
     */
    public Duration handOffMaxTime() {
        return handOffMaxTime;
    }

    /**
     * The longest that a waiter sleeps without looking again, should a wake-up be lost; 1 s.
     *
     * @return a positive time
     */
    public Duration retryCeiling() {
        return retryCeiling;
    }

    /**
     * The longest wait of the ways to acquire that name no time of their own; none.
     *
     * @return the time, or empty to wait as long as it takes
     */
    public Optional<Duration> acquireTimeout() {
        return Optional.ofNullable(acquireTimeout);
    }

    /**
     * How long nobody else gets the lock, counted from its grant, even if its lease is closed before; none.
     *
     * @return the time, or empty to give the lock back when its lease is closed
     */
    public Optional<Duration> holdAtLeast() {
        return Optional.ofNullable(holdAtLeast);
    }

    /**
     * Whether the body of {@link Acquirable#run(LeaseAction) run} and its like is interrupted when its lease is lost; false.
     *
     * @return true if it is
     */
    public boolean interruptOnLoss() {
        return interruptOnLoss;
    }

    /**
     * The family that the name belongs to, for metrics; none.
     *
     * @return the group, or empty to leave it to whoever counts
     */
    public Optional<String> group() {
        return Optional.ofNullable(group);
    }

    @Override
    public boolean equals(Object other) {
        return this == other || (other instanceof LockOptions options && values().equals(options.values()));
    }

    @Override
    public int hashCode() {
        return values().hashCode();
    }

    /** Every option and its value. */
    @Override
    public String toString() {
        return "LockOptions" + values();
    }

    private Map<String, Object> values() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("leaseTime", leaseTime);
        values.put("renewal", renewal);
        values.put("safetyMargin", safetyMargin);
        values.put("handOffMaxGrants", handOffMaxGrants);
        values.put("handOffMaxTime", handOffMaxTime);
        values.put("retryCeiling", retryCeiling);
        values.put("acquireTimeout", acquireTimeout == null ? "none" : acquireTimeout);
        values.put("holdAtLeast", holdAtLeast == null ? "none" : holdAtLeast);
        values.put("interruptOnLoss", interruptOnLoss);
        values.put("group", group == null ? "none" : "'" + group + "'");
        return values;
    }

    /**
     * The defaults named at each option.
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
        builder.acquireTimeout = acquireTimeout;
        builder.holdAtLeast = holdAtLeast;
        builder.interruptOnLoss = interruptOnLoss;
        builder.group = group;
        return safetyMargin.equals(defaultMargin(leaseTime)) ? builder : builder.safetyMargin(safetyMargin);
    }

    private static Duration defaultMargin(Duration leaseTime) {
        Duration percent = leaseTime.dividedBy(100);
        Duration least = percent.compareTo(MIN_MARGIN) > 0 ? percent : MIN_MARGIN;
        Duration half = leaseTime.dividedBy(2);
        return least.compareTo(half) > 0 ? half : least;
    }

    private static void requireRange(String parameter, Duration value, Duration least, Duration most) {
        Objects.requireNonNull(value, parameter);
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    parameter + ": must be between " + least + " and " + most + ", but got " + value);
        }
    }

    private static void requireMillis(String parameter, Duration value) {
        if (value.toNanos() % 1_000_000 != 0) {
            throw new IllegalArgumentException(parameter + ": whole milliseconds are needed, but got " + value);
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
        private @Nullable Duration acquireTimeout;
        private @Nullable Duration holdAtLeast;
        private boolean interruptOnLoss;
        private @Nullable String group;

        private Builder() {}

        /**
         * Sets how long the service keeps the lock after the last request of its holder that it heard. A lease is of use while it is longer
         * than a few exchanges with the service: a grant whose answer comes after the end of its lease is given back, and a request that has
         * seen three of them in a row fails.
         *
         * @param leaseTime 2 ms to 7 days, in whole milliseconds
         * @return this
         */
        public Builder leaseTime(Duration leaseTime) {
            requireRange("leaseTime", leaseTime, MIN_LEASE, MAX_LEASE);
            requireMillis("leaseTime", leaseTime);
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
         * Bounds {@link Acquirable#acquire()}, {@link Acquirable#acquireAsync()} and {@link Acquirable#run(LeaseAction) run} and
         * {@link Acquirable#call(LeaseFunction) call} without a time: then they end as those with a time do. {@link
         * DistributedLock#asLock()} takes no notice of it.
         *
         * @param acquireTimeout the longest wait; zero makes one attempt
         * @return this
         */
        public Builder acquireTimeout(Duration acquireTimeout) {
            Objects.requireNonNull(acquireTimeout, "acquireTimeout");
            if (acquireTimeout.isNegative()) {
                throw new IllegalArgumentException("acquireTimeout: must not be negative, but got " + acquireTimeout);
            }
            this.acquireTimeout = acquireTimeout;
            return this;
        }

        /**
         * Keeps the lock from everybody until so long after its grant, even if its lease is closed before. For a job that several
         * machines start at the same time and that is to run once: the clocks of the machines may differ by less than this time.
         *
         * <p>{@link Lease#close()} and {@link LockClient#close()} then leave the lock at the service until the time is over. A crash
         * leaves it there for the larger of this time and the lease time. A request that ends without a lease, by its timeout or because
         * it was cancelled, leaves nothing. {@link DistributedLock#revoke revoke} and {@link DistributedLock#forceRelease forceRelease}
         * end it. Such a lock is never handed to the next waiter of the same process.
         *
         * <p>Backends that tie a lock to a session or a connection cannot do this: {@link Capability#HOLD_AT_LEAST}.
         *
         * @param holdAtLeast zero to 7 days, in whole milliseconds; zero for none
         * @return this
         */
        public Builder holdAtLeast(Duration holdAtLeast) {
            requireRange("holdAtLeast", holdAtLeast, Duration.ZERO, MAX_LEASE);
            requireMillis("holdAtLeast", holdAtLeast);
            this.holdAtLeast = holdAtLeast.isZero() ? null : holdAtLeast;
            return this;
        }

        /**
         * Sets whether a lost lease interrupts the body of {@link Acquirable#run(LeaseAction) run}, {@link
         * Acquirable#call(LeaseFunction) call}, {@code tryRun} and {@code tryCall}. The body's thread is interrupted once, while the
         * body runs, and never after it. What comes of it is told as the loss: if the body ends with {@link InterruptedException}, you
         * get {@link LeaseLostException} with that suppressed; if it throws anything else, you get that, with {@link
         * LeaseLostException} suppressed. An interrupt that the body did not take is taken back.
         *
         * @param interruptOnLoss true to interrupt
         * @return this
         */
        public Builder interruptOnLoss(boolean interruptOnLoss) {
            this.interruptOnLoss = interruptOnLoss;
            return this;
        }

        /**
         * Names the family that a lock belongs to, such as {@code inventory} for {@code inventory/42}. Metrics count all locks of a group
         * together, since a time series for each name would be too many. It changes nothing else: requests of different groups for one
         * name contend as any others do, and may share a hold.
         *
         * @param group 1 to 100 characters, not all of them blank, and no control character among them; empty for none
         * @return this
         */
        public Builder group(String group) {
            Objects.requireNonNull(group, "group");
            boolean isNone = group.isEmpty();
            if (!isNone
                    && (group.isBlank()
                            || group.length() > LONGEST_GROUP
                            || group.chars().anyMatch(Character::isISOControl))) {
                throw new IllegalArgumentException("group: must be 1 to " + LONGEST_GROUP
                        + " characters, not blank, no control character among them, but got '"
                        + group.substring(0, Math.min(group.length(), LONGEST_GROUP)) + "'");
            }
            this.group = isNone ? null : group;
            return this;
        }

        /**
         * Builds the options.
         *
         * @return immutable options
         * @throws IllegalArgumentException if two values contradict each other
         */
        public LockOptions build() {
            return new LockOptions(this);
        }
    }
}
