package dev.pawl.lock;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** What a service says of a lock that somebody holds. Not every service knows everything. Immutable. */
public final class LockInfo {

    private final FencingToken token;
    private final LockKind kind;
    private final @Nullable String holder;
    private final @Nullable Instant since;
    private final @Nullable Instant until;
    private final int waiting;
    private final boolean revoked;

    private LockInfo(Builder builder) {
        token = builder.token;
        kind = builder.kind;
        holder = builder.holder;
        since = builder.since;
        until = builder.until;
        waiting = builder.waiting;
        revoked = builder.revoked;
    }

    /**
     * What is held.
     *
     * @return the lock's name
     */
    public String name() {
        return token.lock();
    }

    /**
     * What stands under that name.
     *
     * @return the kind
     */
    public LockKind kind() {
        return kind;
    }

    /**
     * The newest token that the service has given for the name. While one process hands the lock on to its own threads, it is the
     * last of those that it may use for that. As the result of {@link DistributedLock#revoke} or {@link
     * DistributedLock#forceRelease} it is larger than every token of the holder.
     *
     * @return the token, to be handed to those two
     */
    public FencingToken token() {
        return token;
    }

    /**
     * Which client holds it, as it calls itself: {@code pawl.holder}.
     *
     * @return the label, or empty if the service does not know
     */
    public Optional<String> holder() {
        return Optional.ofNullable(holder);
    }

    /**
     * Since when, by the service's clock.
     *
     * @return the instant, or empty if the service does not know
     */
    public Optional<Instant> since() {
        return Optional.ofNullable(since);
    }

    /**
     * When it ends unless it is renewed, by the service's clock.
     *
     * @return the instant, or empty if the service does not know
     */
    public Optional<Instant> until() {
        return Optional.ofNullable(until);
    }

    /**
     * How many clients wait for it at the service. A client counts once, however many of its threads wait.
     *
     * @return the number, or empty if the service does not know
     */
    public OptionalInt waiting() {
        return waiting < 0 ? OptionalInt.empty() : OptionalInt.of(waiting);
    }

    /**
     * Whether it was taken away by {@link DistributedLock#revoke} and its holder has not let go yet.
     *
     * @return true if it was
     */
    public boolean isRevoked() {
        return revoked;
    }

    /** All that is known. */
    @Override
    public String toString() {
        return "LockInfo[" + token + ", " + kind + ", holder " + known(holder) + ", since " + known(since) + ", until "
                + known(until) + ", " + (waiting < 0 ? "unknown" : waiting) + " waiting"
                + (revoked ? ", revoked" : "") + "]";
    }

    private static Object known(@Nullable Object value) {
        return value == null ? "unknown" : value;
    }

    /**
     * A builder for a lock of which nothing is known but its token.
     *
     * @param token as {@link #token()}
     * @return a new builder
     */
    public static Builder builder(FencingToken token) {
        return new Builder(token);
    }

    /** Builds a {@link LockInfo}. Not for use by several threads. */
    public static final class Builder {

        private final FencingToken token;
        private LockKind kind = LockKind.LOCK;
        private @Nullable String holder;
        private @Nullable Instant since;
        private @Nullable Instant until;
        private int waiting = -1;
        private boolean revoked;

        private Builder(FencingToken token) {
            this.token = Objects.requireNonNull(token, "token");
        }

        /**
         * Sets what stands under the name.
         *
         * @param kind {@link LockKind#LOCK} unless set
         * @return this
         */
        public Builder kind(LockKind kind) {
            this.kind = Objects.requireNonNull(kind, "kind");
            return this;
        }

        /**
         * Sets who holds it.
         *
         * @param holder the label; empty if it is not known
         * @return this
         */
        public Builder holder(String holder) {
            this.holder = holder.isEmpty() ? null : holder;
            return this;
        }

        /**
         * Sets since when.
         *
         * @param since by the service's clock
         * @return this
         */
        public Builder since(Instant since) {
            this.since = Objects.requireNonNull(since, "since");
            return this;
        }

        /**
         * Sets when it ends.
         *
         * @param until by the service's clock
         * @return this
         */
        public Builder until(Instant until) {
            this.until = Objects.requireNonNull(until, "until");
            return this;
        }

        /**
         * Sets how many wait.
         *
         * @param waiting zero or more
         * @return this
         */
        public Builder waiting(int waiting) {
            this.waiting = waiting;
            return this;
        }

        /**
         * Sets whether it was taken away.
         *
         * @param revoked true if it was
         * @return this
         */
        public Builder revoked(boolean revoked) {
            this.revoked = revoked;
            return this;
        }

        /**
         * Builds the description.
         *
         * @return an immutable description
         */
        public LockInfo build() {
            return new LockInfo(this);
        }
    }
}
