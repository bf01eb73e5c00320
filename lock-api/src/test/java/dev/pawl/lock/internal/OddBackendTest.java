package dev.pawl.lock.internal;

import static dev.pawl.lock.internal.Soon.SOON;
import static dev.pawl.lock.internal.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockListener;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LockTimeoutException;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A backend is somebody else's code: whatever it does, no caller hangs, and the lock is usable again when it behaves. */
@SuppressWarnings("NullAway") // the backend breaks its contract, nullness included
class OddBackendTest {

    private static final int REQUESTS = 4;
    private static final Duration LEASE = Duration.ofSeconds(30);

    /** Something that a backend must not do. */
    private record Oddity<A, R>(String name, Function<A, R> does) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Odd where and while the test says so. */
    private static final class OddBackend extends DelegatingBackend {
        private volatile @Nullable Oddity<Contest, Contender> join;
        private volatile @Nullable Oddity<Contest, CompletionStage<Attempt>> attempt;
        private volatile @Nullable Oddity<Contender, CompletionStage<Void>> leave;
        private volatile @Nullable Oddity<Grant, CompletionStage<ReleaseOutcome>> release;
        private volatile @Nullable Oddity<Collection<Grant>, CompletionStage<Map<Grant, RenewalOutcome>>> renew;
        private final AtomicInteger renewals = new AtomicInteger();
        private final AtomicInteger withdrawals = new AtomicInteger();

        @Override
        public Contender join(Contest contest) {
            Oddity<Contest, Contender> odd = join;
            return odd == null ? super.join(contest) : odd.does().apply(contest);
        }

        @Override
        CompletionStage<Attempt> attempt(
                Contest contest, Contender inner, boolean willWait, int tokens, Executor blocking) {
            Oddity<Contest, CompletionStage<Attempt>> odd = attempt;
            return odd == null
                    ? super.attempt(contest, inner, willWait, tokens, blocking)
                    : odd.does().apply(contest);
        }

        @Override
        CompletionStage<Void> leave(Contender inner, Executor blocking) {
            withdrawals.incrementAndGet();
            Oddity<Contender, CompletionStage<Void>> odd = leave;
            return odd == null ? super.leave(inner, blocking) : odd.does().apply(inner);
        }

        @Override
        public CompletionStage<ReleaseOutcome> release(Grant grant, Executor blocking) {
            Oddity<Grant, CompletionStage<ReleaseOutcome>> odd = release;
            return odd == null ? super.release(grant, blocking) : odd.does().apply(grant);
        }

        @Override
        public CompletionStage<Map<Grant, RenewalOutcome>> renew(Collection<Grant> due, Executor blocking) {
            renewals.incrementAndGet();
            Oddity<Collection<Grant>, CompletionStage<Map<Grant, RenewalOutcome>>> odd = renew;
            return odd == null ? super.renew(due, blocking) : odd.does().apply(due);
        }
    }

    private final OddBackend backend = new OddBackend();
    private final Engine engine = new Engine(backend, LockOptions.defaults(), Environment.live(backend.ticker()));
    private final AtomicInteger undoFailures = new AtomicInteger();

    OddBackendTest() {
        engine.addListener(new LockListener() {
            @Override
            public void onUndoFailed(String lock, Throwable cause) {
                undoFailures.incrementAndGet();
            }
        });
    }

    @AfterEach
    void close() {
        engine.close();
    }

    private static <A, R> List<Oddity<A, CompletionStage<R>>> anyCall() {
        return List.of(
                new Oddity<>("throws an exception", asked -> {
                    throw new IllegalStateException("pool is closed");
                }),
                new Oddity<>("throws an error", asked -> {
                    throw new NoClassDefFoundError("io/netty/util/internal/Something");
                }),
                new Oddity<>("gives null for a stage", asked -> null),
                new Oddity<>(
                        "gives a failed stage",
                        asked -> CompletableFuture.failedStage(new IllegalStateException("connection reset"))),
                new Oddity<>(
                        "gives a stage that fails with an error",
                        asked -> CompletableFuture.failedStage(new StackOverflowError())));
    }

    private static <A> Oddity<A, CompletionStage<Attempt>> answer(String name, Function<A, @Nullable Attempt> answer) {
        return new Oddity<>(name, asked -> CompletableFuture.completedFuture(answer.apply(asked)));
    }

    private static Oddity<Contest, CompletionStage<Attempt>> grant(String name, Function<Contest, Grant> grant) {
        return answer(name, contest -> new Attempt.Granted(grant.apply(contest)));
    }

    // Joining and attempting

    static Stream<Oddity<Contest, Contender>> joins() {
        return Stream.of(
                new Oddity<>("throws an exception", contest -> {
                    throw new IllegalStateException("pool is closed");
                }),
                new Oddity<>("throws an error", contest -> {
                    throw new ExceptionInInitializerError("driver");
                }),
                new Oddity<>("gives null", contest -> null));
    }

    @ParameterizedTest
    @MethodSource("joins")
    void joinThatIsOdd_failsEveryRequest(Oddity<Contest, Contender> odd) {
        backend.join = odd;
        everyRequestFails();
        backend.join = null;
        lockIsUsable();
    }

    static Stream<Oddity<Contest, CompletionStage<Attempt>>> attempts() {
        List<Oddity<Contest, CompletionStage<Attempt>>> all = new ArrayList<>(anyCall());
        all.add(answer("answers null", contest -> null));
        all.add(grant("grants null", contest -> null));
        all.add(grant("grants token 0", contest -> new PlainGrant(contest, 0, 1, LEASE)));
        all.add(grant("grants a negative token", contest -> new PlainGrant(contest, -7, 1, LEASE)));
        all.add(grant("grants no token", contest -> new PlainGrant(contest, 1, 0, LEASE)));
        all.add(grant("grants no time", contest -> new PlainGrant(contest, 1, 1, Duration.ZERO)));
        all.add(grant("grants time that is over", contest -> new PlainGrant(contest, 1, 1, LEASE.negated())));
        all.add(grant("grants null time", contest -> new PlainGrant(contest, 1, 1, null)));
        all.add(grant(
                "grants more time than there is",
                contest -> new PlainGrant(contest, 1, 1, Duration.ofSeconds(Long.MAX_VALUE))));
        all.add(grant("grants a contest of nobody", contest -> new PlainGrant(null, 1, 1, LEASE)));
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("attempts")
    void attemptThatIsOdd_failsEveryRequest_andIsUndone(Oddity<Contest, CompletionStage<Attempt>> odd) {
        backend.attempt = odd;
        everyRequestFails();
        await().untilAtomic(backend.withdrawals, org.hamcrest.Matchers.is(REQUESTS));
        backend.attempt = null;
        lockIsUsable();
    }

    @Test
    void busyUntilNull_failsARequestThatWaits() {
        backend.attempt = answer("", contest -> Attempt.Busy.until(null));
        assertFailed(InThread.call(() -> engine.lock("a").acquire()));
        assertFailed(engine.lock("a").acquireAsync());
        backend.attempt = null;
        lockIsUsable();
    }

    private void everyRequestFails() {
        assertFailed(InThread.call(() -> engine.lock("a").acquire()));
        assertFailed(InThread.call(() -> engine.lock("a").acquire(Duration.ofMinutes(1))));
        assertFailed(InThread.call(() -> engine.lock("a").tryAcquire()));
        assertFailed(engine.lock("a").acquireAsync());
        assertThat(engine.names()).isZero();
    }

    private static void assertFailed(CompletableFuture<?> request) {
        assertThat(request)
                .failsWithin(SOON)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(LockBackendException.class);
    }

    private void lockIsUsable() {
        CompletableFuture<Lease> lease = engine.lock("a").acquireAsync();
        assertThat(lease).succeedsWithin(SOON);
        lease.join().close();
        assertThat(engine.names()).isZero();
        await().until(() -> backend.service.names() == 0);
    }

    // Leaving and releasing

    static Stream<Oddity<Contender, CompletionStage<Void>>> leaves() {
        return OddBackendTest.<Contender, Void>anyCall().stream();
    }

    @ParameterizedTest
    @MethodSource("leaves")
    void leaveThatIsOdd_delaysNobody_isTold_andTriedAgain(Oddity<Contender, CompletionStage<Void>> odd) {
        backend.service.takeOver("a");
        backend.leave = odd;

        assertThat(InThread.call(() -> engine.lock("a").acquire(Duration.ofMillis(20))))
                .failsWithin(Duration.ofMillis(900))
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(LockTimeoutException.class);
        await().untilAtomic(undoFailures, org.hamcrest.Matchers.is(1));
        assertThat(backend.service.waiting("a")).isEqualTo(1);

        backend.leave = null;
        await().until(() -> backend.service.waiting("a") == 0);
        backend.service.expire("a");
        lockIsUsable();
    }

    static Stream<Oddity<Grant, CompletionStage<ReleaseOutcome>>> releases() {
        return OddBackendTest.<Grant, ReleaseOutcome>anyCall().stream();
    }

    @ParameterizedTest
    @MethodSource("releases")
    void releaseThatIsOdd_delaysNobody_isTold_andTriedAgain(Oddity<Grant, CompletionStage<ReleaseOutcome>> odd)
            throws Exception {
        Lease lease = engine.lock("a").acquire();
        backend.release = odd;

        assertThat(InThread.call(() -> {
                    lease.close();
                    return true;
                }))
                .succeedsWithin(SOON);
        assertThat(undoFailures).hasValue(1);
        assertThat(backend.service.isHeld("a")).isTrue();

        backend.release = null;
        await().until(() -> !backend.service.isHeld("a"));
        lockIsUsable();
    }

    // Renewing

    static Stream<Oddity<Collection<Grant>, CompletionStage<Map<Grant, RenewalOutcome>>>> renewals() {
        List<Oddity<Collection<Grant>, CompletionStage<Map<Grant, RenewalOutcome>>>> all = new ArrayList<>(anyCall());
        all.add(new Oddity<>("answers null", due -> CompletableFuture.completedFuture(null)));
        all.add(new Oddity<>("answers nothing", due -> CompletableFuture.completedFuture(Map.of())));
        all.add(new Oddity<>("answers with a map that throws", due -> {
            // Grants cannot be compared, which a sorted map finds out when it is asked.
            Map<Grant, RenewalOutcome> sorted = new TreeMap<>();
            return CompletableFuture.completedFuture(sorted);
        }));
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("renewals")
    void renewalThatIsOdd_isTold_andDoesNotEndRenewal(
            Oddity<Collection<Grant>, CompletionStage<Map<Grant, RenewalOutcome>>> odd) throws Exception {
        AtomicInteger told = new AtomicInteger();
        engine.addListener(new LockListener() {
            @Override
            public void onRenewalFailed(FencingToken token, Duration remaining, Throwable cause) {
                told.incrementAndGet();
            }
        });
        backend.renew = odd;
        LockOptions options =
                LockOptions.builder().leaseTime(Duration.ofMillis(300)).build();
        Lease lease = engine.lock("a", options).acquire();
        AtomicReference<LossReason> lost = new AtomicReference<>();
        lease.onLost(event -> lost.set(event.reason()));

        await().until(() -> backend.renewals.get() >= 2);
        backend.renew = null;
        await().until(() -> backend.renewals.get() >= 4);

        assertThat(told).hasPositiveValue();
        assertThat(lost).hasValue(null);
        assertThat(lease.isValid()).isTrue();
    }

    // Grants that are dead on arrival

    /** Grants, but the answer is as late as the test says. */
    private void answersAfter(Duration lateness, AtomicInteger attempts, int times) {
        Contender[] inner = new Contender[1];
        backend.join = new Oddity<>("", contest -> {
            inner[0] = backend.service.join(contest);
            return new Contender() {
                @Override
                public CompletionStage<Attempt> attempt(boolean willWait, int tokens, Executor blocking) {
                    CompletionStage<Attempt> answer = inner[0].attempt(willWait, tokens, blocking);
                    if (attempts.incrementAndGet() <= times) {
                        backend.service.advance(lateness);
                    }
                    return answer;
                }

                @Override
                public CompletionStage<Void> leave(Executor blocking) {
                    return inner[0].leave(blocking);
                }
            };
        });
    }

    @Test
    void grantThatIsDeadOnArrival_isAskedForAgain() {
        AtomicInteger attempts = new AtomicInteger();
        answersAfter(LEASE, attempts, 2);

        CompletableFuture<Lease> lease = InThread.call(() -> engine.lock("a").acquire());
        assertThat(lease).succeedsWithin(SOON);
        assertThat(lease.join().isValid()).isTrue();
        assertThat(attempts).hasValue(3);
    }

    @Test
    void grantsThatAreAllDeadOnArrival_failTheRequestAtTheThird() {
        AtomicInteger attempts = new AtomicInteger();
        answersAfter(LEASE, attempts, Integer.MAX_VALUE);

        assertFailed(InThread.call(() -> engine.lock("a").acquire()));
        assertThat(attempts).hasValue(3);
        backend.join = null;
        lockIsUsable();
    }

    @Test
    void grantThatIsDeadOnArrival_failsARequestThatDoesNotWait_atOnce() {
        AtomicInteger attempts = new AtomicInteger();
        answersAfter(LEASE, attempts, Integer.MAX_VALUE);

        assertFailed(InThread.call(() -> engine.lock("a").tryAcquire()));
        assertThat(attempts).hasValue(1);
    }

    @Test
    void safetyMarginLongerThanWhatTheServiceGives_isTakenAsItsShare() {
        Duration session = Duration.ofSeconds(40);
        backend.attempt = grant("grants a session", contest -> new PlainGrant(contest, 1, 1, session));
        LockOptions day = LockOptions.builder().leaseTime(Duration.ofDays(1)).build();
        assertThat(day.safetyMargin()).isGreaterThan(session);

        CompletableFuture<Lease> lease =
                InThread.call(() -> engine.lock("a", day).acquire());
        assertThat(lease).succeedsWithin(SOON);
        assertThat(lease.join().isValid()).isTrue();
        assertThat(lease.join().remaining())
                .isBetween(Duration.ofSeconds(35), session.multipliedBy(99).dividedBy(100));
    }
}
