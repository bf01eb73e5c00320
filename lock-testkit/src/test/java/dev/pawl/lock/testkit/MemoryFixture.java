package dev.pawl.lock.testkit;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Guarantees;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.memory.MemoryBackend;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.spi.Ticker;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The service inside this JVM. Its clients reach it through a connection that gives up on a silent service and that can lose
 * wake-ups, as one through a network does.
 */
final class MemoryFixture implements BackendFixture {

    private static final Duration IO_LIMIT = Duration.ofSeconds(1);

    private final MemoryBackend service = MemoryBackend.create();
    private final AtomicInteger cuts = new AtomicInteger();

    @Override
    public LockBackend newBackend() {
        return new Connection();
    }

    @Override
    public Optional<String> url() {
        return Optional.empty();
    }

    @Override
    public boolean refusalTellsTheHolder() {
        return true;
    }

    @Override
    public Duration ioLimit() {
        return IO_LIMIT;
    }

    @Override
    public int manyNames() {
        return 1_000_000;
    }

    @Override
    public void loseLease(Lease lease) {
        service.expire(lease.name());
    }

    @Override
    public void takeOver(Lease lease) {
        service.takeOver(lease.name());
    }

    @Override
    public void pauseService() {
        service.pause();
    }

    @Override
    public void resumeService() {
        service.resume();
    }

    @Override
    public void killService() {
        service.fail(() -> new UncheckedIOException(new ConnectException("connection refused")));
        service.resume();
    }

    @Override
    public void startService(boolean keepData) {
        if (!keepData) {
            service.clear();
        }
        service.heal();
    }

    /** Waiters that have joined before are never woken again; those who join later have a new connection. */
    @Override
    public void cutWakeUps() {
        cuts.incrementAndGet();
    }

    @Override
    public Optional<String> leftBehind(String name) {
        if (service.isHeld(name)) {
            return Optional.of("a hold of " + name);
        }
        int waiting = service.waiting(name);
        return waiting > 0 ? Optional.of(waiting + " waiting for " + name) : Optional.empty();
    }

    @Override
    public void losePermits(Lease permits) {
        service.expire(permits);
    }

    @Override
    public Optional<String> permitsLeftBehind(String name) {
        int held = service.permitsHeld(name);
        if (held > 0) {
            return Optional.of(held + " permits of " + name);
        }
        int waiting = service.waitingForPermits(name);
        return waiting > 0 ? Optional.of(waiting + " waiting for permits of " + name) : Optional.empty();
    }

    @Override
    public void loseReadWriteLock(Lease lease) {
        service.expire(lease);
    }

    @Override
    public Optional<String> readWriteLockLeftBehind(String name) {
        int left = service.readersAndWriters(name);
        return left > 0 ? Optional.of(left + " that read, write or wait: " + name) : Optional.empty();
    }

    @Override
    public boolean tokensOutliveDataLoss() {
        return false;
    }

    @Override
    public void heal() {
        service.heal();
        service.resume();
        service.clear();
    }

    @Override
    public void close() {
        service.close();
    }

    private static <T> CompletionStage<T> inTime(CompletionStage<T> reply) {
        CompletableFuture<T> future = reply.toCompletableFuture();
        return future.isDone() ? future : future.copy().orTimeout(IO_LIMIT.toNanos(), TimeUnit.NANOSECONDS);
    }

    private final class Connection implements LockBackend {

        @Override
        public Guarantees guarantees() {
            return service.guarantees();
        }

        @Override
        public Ticker ticker() {
            return service.ticker();
        }

        @Override
        public Contender join(Contest contest) {
            Contender contender = service.join(new Wakeable(contest, cuts.get()));
            return new Contender() {
                @Override
                public CompletionStage<Attempt> attempt(boolean willWait, int tokens, Executor blocking) {
                    return inTime(contender.attempt(willWait, tokens, blocking));
                }

                @Override
                public CompletionStage<Void> leave(Executor blocking) {
                    return inTime(contender.leave(blocking));
                }
            };
        }

        @Override
        public CompletionStage<Map<Grant, RenewalOutcome>> renew(Collection<Grant> due, Executor blocking) {
            return inTime(service.renew(due, blocking));
        }

        @Override
        public CompletionStage<RenewalOutcome> renew(Grant grant, Duration time, Executor blocking) {
            return inTime(service.renew(grant, time, blocking));
        }

        @Override
        public CompletionStage<ReleaseOutcome> releaseLater(Grant grant, Duration rest, Executor blocking) {
            return inTime(service.releaseLater(grant, rest, blocking));
        }

        @Override
        public CompletionStage<ReleaseOutcome> release(Grant grant, Executor blocking) {
            return inTime(service.release(grant, blocking));
        }

        @Override
        public CompletionStage<Optional<LockInfo>> inspect(String name, Executor blocking) {
            return inTime(service.inspect(name, blocking));
        }

        @Override
        public CompletionStage<List<LockInfo>> list(String prefix, int limit, Executor blocking) {
            return inTime(service.list(prefix, limit, blocking));
        }

        @Override
        public CompletionStage<Optional<LockInfo>> takeAway(FencingToken seen, boolean atOnce, Executor blocking) {
            return inTime(service.takeAway(seen, atOnce, blocking));
        }

        @Override
        public CompletionStage<?> ping(Executor blocking) {
            return inTime(service.ping(blocking));
        }

        @Override
        public void close() {}
    }

    private final class Wakeable implements Contest {

        private final Contest contest;
        private final int joinedAfter;

        Wakeable(Contest contest, int joinedAfter) {
            this.contest = contest;
            this.joinedAfter = joinedAfter;
        }

        @Override
        public String name() {
            return contest.name();
        }

        @Override
        public String owner() {
            return contest.owner();
        }

        @Override
        public String holder() {
            return contest.holder();
        }

        @Override
        public Duration leaseTime() {
            return contest.leaseTime();
        }

        @Override
        public Duration retryCeiling() {
            return contest.retryCeiling();
        }

        @Override
        public Mode mode() {
            return contest.mode();
        }

        @Override
        public int permits() {
            return contest.permits();
        }

        @Override
        public int limit() {
            return contest.limit();
        }

        @Override
        public void wake() {
            if (joinedAfter == cuts.get()) {
                contest.wake();
            }
        }

        @Override
        public void lost(LossReason reason) {
            contest.lost(reason);
        }
    }
}
