package dev.pawl.lock.internal;

import static dev.pawl.lock.internal.Soon.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.MultiLease;
import dev.pawl.lock.MultiLock;
import dev.pawl.lock.memory.MemoryBackend;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several names in one exchange. */
@Timeout(60)
class GroupAttemptTest {

    private final AtomicInteger groups = new AtomicInteger();
    private final AtomicInteger singles = new AtomicInteger();

    /** Stands between the service's answer to a group and the engine. */
    private volatile CountDownLatch gate = new CountDownLatch(0);

    private final DelegatingBackend backend = new DelegatingBackend() {
        @Override
        public Contender join(Contest contest) {
            return new Counted(service.join(contest));
        }

        @Override
        public boolean canAttemptAll() {
            return true;
        }

        @Override
        public CompletionStage<List<Grant>> attemptAll(List<Contender> contenders, Executor blocking) {
            groups.incrementAndGet();
            List<Contender> inner = contenders.stream()
                    .map(contender -> ((Counted) contender).inner)
                    .toList();
            CompletableFuture<List<Grant>> answer = new CompletableFuture<>();
            blocking.execute(() -> service.attemptAll(inner, blocking).whenComplete((grants, failure) -> {
                awaitGate();
                if (failure == null) {
                    answer.complete(grants);
                } else {
                    answer.completeExceptionally(failure);
                }
            }));
            return answer;
        }
    };
    private final MemoryBackend service = backend.service;
    private final Engine engine = new Engine(backend, LockOptions.defaults(), Environment.live(backend.ticker()));
    private final MultiLock locks = engine.lockAll(List.of("c", "a", "b"));

    private final class Counted implements Contender {
        private final Contender inner;

        private Counted(Contender inner) {
            this.inner = inner;
        }

        @Override
        public CompletionStage<Attempt> attempt(boolean willWait, int tokens, Executor blocking) {
            singles.incrementAndGet();
            return inner.attempt(willWait, tokens, blocking);
        }

        @Override
        public CompletionStage<Void> leave(Executor blocking) {
            return inner.leave(blocking);
        }
    }

    private void awaitGate() {
        boolean interrupted = false;
        while (gate.getCount() > 0) {
            try {
                gate.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @AfterEach
    void close() {
        engine.close();
        assertThat(service.names()).isZero();
        assertThat(engine.names()).isZero();
    }

    @Test
    void whatIsFree_isHadInOneExchange() throws Exception {
        try (MultiLease all = locks.acquire()) {
            assertThat(all.isValid()).isTrue();
            assertThat(all.tokens()).containsOnlyKeys("a", "b", "c");
            assertThat(all.tokens().keySet()).containsExactly("a", "b", "c");
            assertThat(engine.lock("b").tryAcquire()).isEmpty();
        }
        try (MultiLease all = locks.tryAcquire().orElseThrow();
                Lease other = engine.lock("d").acquire()) {
            assertThat(all.isValid()).isTrue();
            assertThat(other.isValid()).isTrue();
        }
        locks.acquireAsync().get().close();
        assertThat(groups).hasValue(3);
        assertThat(singles).hasValue(1);
    }

    @Test
    void whatThisProcessHolds_isNotAskedForAtOnce() throws Exception {
        Lease held = engine.lock("b").acquire();
        assertThat(locks.tryAcquire()).isEmpty();
        CompletableFuture<MultiLease> waiting = locks.acquireAsync();
        await().until(() -> service.isHeld("a"));
        held.close();
        assertThat(waiting).succeedsWithin(SOON).satisfies(MultiLease::close);
        assertThat(groups).hasValue(0);
    }

    @Test
    void requestThatWouldNotWait_isAnswered_whenItsAttemptIsOvertakenByAGroup() {
        gate = new CountDownLatch(1);
        CompletableFuture<MultiLease> group = InThread.call(locks::acquire);
        await().until(() -> groups.get() == 1);
        await().until(() -> service.isHeld("a"));
        service.pause();
        CompletableFuture<Optional<Lease>> other =
                InThread.call(() -> engine.lock("a").tryAcquire());
        await().until(() -> singles.get() == 1);
        gate.countDown();
        assertThat(group).succeedsWithin(SOON);
        try {
            assertThat(other).succeedsWithin(SOON).isEqualTo(Optional.empty());
        } finally {
            service.resume();
            group.join().close();
        }
    }

    @Test
    void whatOthersHold_isTakenOneAfterTheOther() throws Exception {
        service.takeOver("b");
        CompletableFuture<MultiLease> waiting = locks.acquireAsync();
        await().until(() -> service.waiting("b") == 1);
        service.expire("b");
        assertThat(waiting).succeedsWithin(SOON).satisfies(MultiLease::close);
        assertThat(groups).hasValue(1);
    }

    @Test
    void aLossInAGroup_isToldToItsHolder() throws Exception {
        MultiLease all = locks.acquire();
        CompletableFuture<LossReason> told = new CompletableFuture<>();
        all.onLost(event -> told.complete(event.reason()));
        service.lose("b", LossReason.SESSION_LOST);
        assertThat(told).succeedsWithin(SOON).isEqualTo(LossReason.SESSION_LOST);
        assertThatThrownBy(all::close).isInstanceOf(LeaseLostException.class);
    }

    @Test
    void anAnswerThatIsLost_isUndone() {
        service.loseReplies(() -> new IllegalStateException("the reply was lost"));
        assertThatThrownBy(locks::acquire)
                .isInstanceOf(LockBackendException.class)
                .hasMessageContaining("the reply was lost");
        service.heal();
        await().until(() -> service.names() == 0);
    }

    @Test
    void anInterruptBeforeTheAnswer_undoesTheGrant() {
        gate = new CountDownLatch(1);
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        CompletableFuture<MultiLease> request = InThread.call(() -> {
            thread.complete(Thread.currentThread());
            return locks.acquire();
        });
        await().until(() -> service.isHeld("c"));
        thread.join().interrupt();
        gate.countDown();
        assertThat(request).failsWithin(SOON).withThrowableThat().withCauseInstanceOf(InterruptedException.class);
        await().until(() -> service.names() == 0);
    }

    @Test
    void whoCameMeanwhile_waitsForTheGroup() throws Exception {
        gate = new CountDownLatch(1);
        CompletableFuture<MultiLease> request = InThread.call(locks::acquire);
        await().until(() -> service.isHeld("c"));
        CompletableFuture<Lease> late = engine.lock("b").acquireAsync();
        await().until(() -> service.waiting("b") == 1);
        gate.countDown();
        MultiLease all = request.get();
        assertThat(late).isNotDone();
        all.close();
        assertThat(late).succeedsWithin(SOON).satisfies(Lease::close);
    }

    @Test
    void aClientClosedMeanwhile_keepsNothing() {
        gate = new CountDownLatch(1);
        CompletableFuture<MultiLease> request = InThread.call(locks::acquire);
        await().until(() -> service.isHeld("c"));
        CompletableFuture<Boolean> closing = InThread.call(() -> {
            engine.close();
            return true;
        });
        await().until(engine::isClosed);
        gate.countDown();
        assertThat(request).failsWithin(SOON);
        assertThat(closing).succeedsWithin(SOON);
        await().until(() -> service.names() == 0);
    }

    /** Groups and single requests of two clients at once: at most one of them is ever inside a name. */
    @Test
    void groupsAndSingles_excludeEachOther() throws Exception {
        List<String> names = List.of("a", "b", "c", "d");
        AtomicIntegerArray inside = new AtomicIntegerArray(names.size());
        AtomicInteger overlaps = new AtomicInteger();
        List<CompletableFuture<Boolean>> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Random random = new Random(i);
            threads.add(InThread.call(() -> {
                for (int round = 0; round < 300; round++) {
                    int first = random.nextInt(3);
                    int last = first + random.nextInt(4 - first);
                    MultiLease lease =
                            engine.lockAll(names.subList(first, last + 1)).acquire();
                    for (int n = first; n <= last; n++) {
                        overlaps.addAndGet(inside.incrementAndGet(n) - 1);
                    }
                    Thread.onSpinWait();
                    for (int n = first; n <= last; n++) {
                        inside.decrementAndGet(n);
                    }
                    lease.close();
                }
                return true;
            }));
        }
        for (CompletableFuture<Boolean> thread : threads) {
            thread.get();
        }
        assertThat(overlaps).hasValue(0);
        assertThat(groups.get()).isPositive();
    }
}
