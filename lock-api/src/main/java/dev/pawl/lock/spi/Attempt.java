package dev.pawl.lock.spi;

import dev.pawl.lock.LockInfo;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The answer to one attempt. */
public sealed interface Attempt {

    /**
     * The lock is held by this contest.
     *
     * @param grant the hold
     */
    record Granted(Grant grant) implements Attempt {}

    /** Another has the lock, or is before us. */
    final class Busy implements Attempt {

        private final Duration retryAfter;
        private final @Nullable LockInfo holder;

        private Busy(Duration retryAfter, @Nullable LockInfo holder) {
            this.retryAfter = Objects.requireNonNull(retryAfter, "retryAfter");
            this.holder = holder;
        }

        /**
         * Somebody else has it.
         *
         * @param retryAfter as {@link #retryAfter()}
         * @return the answer
         */
        public static Busy until(Duration retryAfter) {
            return new Busy(retryAfter, null);
        }

        /**
         * Somebody else has it, and the same answer has told who. Never ask the service once more for that.
         *
         * @param retryAfter as {@link #retryAfter()}
         * @param holder as {@link #holder()}
         * @return the answer
         */
        public static Busy until(Duration retryAfter, LockInfo holder) {
            return new Busy(retryAfter, Objects.requireNonNull(holder, "holder"));
        }

        /**
         * When it may be free without a wake-up, such as after the rest of the holder's lease. The engine looks again then or after
         * the retry ceiling, whichever is sooner.
         *
         * @return the time until then
         */
        public Duration retryAfter() {
            return retryAfter;
        }

        /**
         * Who has it. A request that times out tells its caller.
         *
         * @return what {@link LockBackend#inspect} would say, as far as this answer tells; empty if nobody has it yet, or it does not tell
         */
        public Optional<LockInfo> holder() {
            return Optional.ofNullable(holder);
        }

        /** When to look again, and who has it if that is known. */
        @Override
        public String toString() {
            return "Busy[retryAfter=" + retryAfter + (holder == null ? "" : ", " + holder) + "]";
        }
    }
}
