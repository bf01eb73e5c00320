package dev.pawl.lock.leader;

import dev.pawl.lock.Capability;
import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.internal.Leases;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One process of several leads. Each of them stands for the office; the one that has the lock leads until it resigns, closes, or loses
 * its lease.
 *
 * <pre>{@code
 * try (LeaderElection election = LeaderElection.builder(locks, "scheduler")
 *         .onElected(leadership -> scheduler.run(leadership.token()))
 *         .onRevoked(end -> scheduler.stop())
 *         .start()) {
 *     server.run();
 * }
 * }</pre>
 *
 * <p>An election is built on a plain lock, so it runs on every backend and promises what the lock promises there. A fault of
 * the service ends no candidacy: it tries again after a pause. The listeners of the client are told of each failed request.
 *
 * <p>When the office ends, the leader's thread is interrupted, and the lock is released when its body has ended. A body that goes on for longer
 * than {@linkplain Builder#stopTimeout the stop timeout} keeps no lock for ever: the lease is not renewed any more and runs out, and
 * a warning says so. This process does not stand again before that body, and what is told after it, has ended.
 *
 * <p>All threads are daemons. Safe for use by several threads.
 */
public interface LeaderElection extends AutoCloseable {

    /**
     * Begins to describe an election. No I/O.
     *
     * @param locks the client; closing it ends the election
     * @param name the office: the lock of this name. Use the name for nothing else
     * @return a builder
     */
    static Builder builder(LockClient locks, String name) {
        return new Builder(locks, name);
    }

    /**
     * The office.
     *
     * @return the lock's name
     */
    String name();

    /**
     * Whether this process leads. No I/O, and never a stale {@code true}, as {@link Leadership#isValid()}.
     *
     * @return true while this process leads
     */
    boolean isLeader();

    /**
     * Asks the service who leads.
     *
     * @return the leader, or empty while there is none
     * @throws LockConfigException if the backend cannot say ({@link Capability#INSPECT})
     * @throws LockBackendException if the service is unreachable or refuses
     */
    Optional<LockInfo> leader();

    /**
     * Gives the office up, and stands again behind the others that wait; after a second, where the service keeps no order. Waits until the lock is released, for at most {@linkplain
     * Builder#stopTimeout the stop timeout} and five seconds more. A callback of this election does not wait here. Does nothing in a process
     * that does not lead.
     */
    void resign();

    /**
     * Ends the candidacy, and the office if this process leads. Waits as {@link #resign()} does. No callback begins after it has returned: if
     * a callback calls it, {@code onRevoked} is not told any more. Idempotent.
     */
    @Override
    void close();

    /** Describes an election. Not for use by several threads. */
    final class Builder {

        private final LockClient locks;
        private final String name;
        private @Nullable LockOptions options;
        private @Nullable LeaderBody onElected;
        private @Nullable Consumer<LeadershipEnd> onRevoked;
        private @Nullable Consumer<Optional<LockInfo>> onLeaderChanged;
        private Duration stopTimeout = Duration.ofSeconds(10);

        private Builder(LockClient locks, String name) {
            this.locks = Objects.requireNonNull(locks, "locks");
            this.name = locks.lock(name).name();
        }

        /**
         * Sets what the leader does. Without it, ask {@link LeaderElection#isLeader()}.
         *
         * @param body runs on a thread of its own for each office
         * @return this
         */
        public Builder onElected(LeaderBody body) {
            this.onElected = Objects.requireNonNull(body, "body");
            return this;
        }

        /**
         * Sets what is told when an office has ended, after its body has. An exception is logged.
         *
         * @param action runs on the thread of the office
         * @return this
         */
        public Builder onRevoked(Consumer<LeadershipEnd> action) {
            this.onRevoked = Objects.requireNonNull(action, "action");
            return this;
        }

        /**
         * Sets what is told when another leads, or nobody does any more. The service is asked for it every two seconds; what changes and changes back in between is not told. An exception is logged.
         *
         * @param action told who leads now, on a thread of its own
         * @return this
         */
        public Builder onLeaderChanged(Consumer<Optional<LockInfo>> action) {
            this.onLeaderChanged = Objects.requireNonNull(action, "action");
            return this;
        }

        /**
         * Sets how long an office that ends waits for its body. 10 s by default.
         *
         * @param timeout zero or more
         * @return this
         */
        public Builder stopTimeout(Duration timeout) {
            if (timeout.isNegative()) {
                throw new IllegalArgumentException("timeout: must be zero or more, but got " + timeout);
            }
            this.stopTimeout = timeout;
            return this;
        }

        /**
         * Sets the options of the lock. The client's own by default. A candidate waits without a limit, whatever {@link
         * LockOptions#acquireTimeout()} says, and {@link LockOptions#holdAtLeast()} keeps no office.
         *
         * @param lockOptions lease time and the rest; with renewal
         * @return this
         */
        public Builder options(LockOptions lockOptions) {
            this.options = renewed(lockOptions);
            return this;
        }

        /**
         * Stands for the office.
         *
         * @return the running election; close it
         * @throws IllegalArgumentException if the options of the client have no renewal
         * @throws LockConfigException if somebody is to be told who leads, and the backend cannot say ({@link Capability#INSPECT})
         */
        public LeaderElection start() {
            if (onLeaderChanged != null) {
                locks.guarantees().ensure(Capability.INSPECT);
            }
            Callbacks callbacks = new Callbacks(name, onElected, onRevoked, onLeaderChanged);
            Candidate candidate = new Candidate(locks, lock(), callbacks, stopTimeout);
            candidate.start();
            return candidate;
        }

        /** With the options of the client, but for what an office cannot have. */
        private DistributedLock lock() {
            DistributedLock usual = options == null ? locks.lock(name) : locks.lock(name, options);
            return Leases.optionsOf(usual)
                    .map(chosen -> locks.lock(
                            name,
                            renewed(chosen).toBuilder()
                                    .holdAtLeast(Duration.ZERO)
                                    .build()))
                    .orElse(usual);
        }

        private static LockOptions renewed(LockOptions chosen) {
            if (!chosen.renewal()) {
                throw new IllegalArgumentException("options: an office is renewed, but these options have no renewal");
            }
            return chosen;
        }
    }
}
