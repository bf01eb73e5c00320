package dev.pawl.lock.examples.permits;

import dev.pawl.lock.Guarantees;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.memory.MemoryBackend;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The service in the JVM, which is told something else than what was asked for. */
final class MistakenPermits implements LockBackend {

    private final MemoryBackend service;
    private final @Nullable PermitMistake mistake;

    /** The limit of the first who asked, by name; shared by all clients. */
    private final Map<String, Integer> limits;

    MistakenPermits(MemoryBackend service, @Nullable PermitMistake mistake, Map<String, Integer> limits) {
        this.service = service;
        this.mistake = mistake;
        this.limits = limits;
    }

    static Map<String, Integer> noLimits() {
        return new ConcurrentHashMap<>();
    }

    @Override
    public Guarantees guarantees() {
        return service.guarantees();
    }

    @Override
    public Contender join(Contest contest) {
        return contest.mode() == Contest.Mode.EXCLUSIVE ? service.join(contest) : new Mistaken(contest);
    }

    @Override
    public CompletionStage<Map<Grant, RenewalOutcome>> renew(Collection<Grant> due, Executor blocking) {
        if (mistake == PermitMistake.A_RENEWAL_IS_FORGOTTEN) {
            return CompletableFuture.completedFuture(
                    due.stream().collect(Collectors.toMap(grant -> grant, grant -> RenewalOutcome.RENEWED)));
        }
        return service.renew(due, blocking);
    }

    @Override
    public CompletionStage<ReleaseOutcome> release(Grant grant, Executor blocking) {
        CompletionStage<ReleaseOutcome> found = service.release(grant, blocking);
        return mistake == PermitMistake.A_RELEASE_OF_NOTHING_HAS_RELEASED
                ? found.thenApply(whatever -> ReleaseOutcome.RELEASED)
                : found;
    }

    @Override
    public CompletionStage<?> ping(Executor blocking) {
        return service.ping(blocking);
    }

    @Override
    public void close() {}

    private final class Mistaken implements Contender {
        private final Contest contest;
        private final AtomicInteger attempts = new AtomicInteger();
        private Contender inner;

        private Mistaken(Contest contest) {
            this.contest = contest;
            inner = service.join(new Told(contest, ""));
        }

        @Override
        public CompletionStage<Attempt> attempt(boolean willWait, int tokens, Executor blocking) {
            if (mistake == PermitMistake.A_SECOND_ATTEMPT_IS_A_SECOND_GRANT) {
                inner = service.join(new Told(contest, "." + attempts.incrementAndGet()));
            }
            boolean loses = mistake == PermitMistake.NOBODY_KEEPS_ITS_PLACE
                    || mistake == PermitMistake.READERS_PASS_A_WAITING_WRITER;
            return inner.attempt(willWait && !loses, tokens, blocking);
        }

        @Override
        public CompletionStage<Void> leave(Executor blocking) {
            return mistake == PermitMistake.AN_UNDO_IS_FORGOTTEN
                    ? CompletableFuture.completedFuture(null)
                    : inner.leave(blocking);
        }
    }

    /** What the service is told of a contest. */
    private final class Told implements Contest {
        private final Contest contest;
        private final String owner;
        private final int limit;

        private Told(Contest contest, String suffix) {
            this.contest = contest;
            owner = contest.owner() + suffix;
            limit = limits.computeIfAbsent(contest.name(), name -> contest.limit());
        }

        @Override
        public String name() {
            return contest.name();
        }

        @Override
        public String owner() {
            return owner;
        }

        @Override
        public Duration leaseTime() {
            Duration lease = contest.leaseTime();
            return mistake == PermitMistake.A_DEAD_HOLDER_KEEPS_ITS_PERMITS ? lease.multipliedBy(1_000) : lease;
        }

        @Override
        public Duration retryCeiling() {
            return contest.retryCeiling();
        }

        @Override
        public Mode mode() {
            boolean isLock = mistake == PermitMistake.THE_LOCK_OF_THAT_NAME_IS_TAKEN && contest.limit() == 1;
            return isLock ? Mode.EXCLUSIVE : contest.mode();
        }

        @Override
        public int permits() {
            boolean one = mistake == PermitMistake.ONE_PERMIT_IS_TAKEN_FOR_SEVERAL
                    || mistake == PermitMistake.A_WRITER_IS_ONE_OF_MANY;
            return one ? 1 : contest.permits();
        }

        @Override
        public int limit() {
            if (mistake == PermitMistake.ONE_MORE_THAN_THE_LIMIT_IS_GIVEN) {
                return contest.limit() + 1;
            }
            boolean first = mistake == PermitMistake.THE_FIRST_LIMIT_STAYS_WHEN_IT_IS_LOWERED
                    || mistake == PermitMistake.THE_FIRST_LIMIT_STAYS_WHEN_IT_IS_RAISED;
            return first ? limit : contest.limit();
        }

        @Override
        public void wake() {
            if (mistake != PermitMistake.NOBODY_IS_WOKEN) {
                contest.wake();
            }
        }

        @Override
        public void lost(LossReason reason) {
            contest.lost(reason);
        }
    }
}
