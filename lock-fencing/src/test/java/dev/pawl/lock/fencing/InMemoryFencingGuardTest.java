package dev.pawl.lock.fencing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.StaleTokenException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is the in-memory guard's own; what it shares with the others is in the contract. */
@Timeout(180)
class InMemoryFencingGuardTest {

    private final InMemoryFencingGuard guard = InMemoryFencingGuard.create();

    private static FencingToken token(long value) {
        return new FencingToken("a", value);
    }

    private static void assertStale(Runnable action) {
        assertThatExceptionOfType(StaleTokenException.class).isThrownBy(action::run);
    }

    @Test
    void aCheck_admitsUpwardsOnly() {
        guard.check(token(5));
        guard.check(token(5));
        guard.check(token(7));
        assertStale(() -> guard.check(token(6)));
        guard.check(new FencingToken("b", 1));
    }

    @Test
    void aGuard_isAFunction() {
        FencingGuard door = guard;
        door.check(token(2));
        assertStale(() -> guard.check(token(1)));
    }

    @Test
    void concurrentChecks_endAtTheNewest() throws Exception {
        int threads = 4;
        CyclicBarrier start = new CyclicBarrier(threads);
        List<CompletableFuture<Void>> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int offset = i;
            running.add(CompletableFuture.runAsync(() -> {
                try {
                    start.await();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
                for (long value = 1L + offset; value <= 100_000; value += threads) {
                    try {
                        guard.check(token(value));
                    } catch (StaleTokenException e) {
                        assertThat(e.newest()).isGreaterThan(value);
                    }
                }
            }));
        }
        for (CompletableFuture<Void> each : running) {
            each.get(30, TimeUnit.SECONDS);
        }
        assertStale(() -> guard.check(token(99_999)));
        guard.check(token(100_000));
    }

    @Test
    void aWriteThatThrows_letsTheNextOneIn() {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> guard.call(token(5), () -> {
                    throw new IOException("disk full");
                }));
        AtomicInteger written = new AtomicInteger();
        guard.run(token(5), written::incrementAndGet);
        assertThat(written).hasValue(1);
    }

    @Test
    void aRefusedWrite_isNotRun_andLeavesNobodyOut() throws Exception {
        guard.check(token(5));
        AtomicBoolean ran = new AtomicBoolean();
        assertStale(() -> guard.run(token(4), () -> ran.set(true)));
        assertThat(ran).isFalse();
        assertThat(CompletableFuture.supplyAsync(() -> {
                            guard.run(token(5), () -> {});
                            return true;
                        })
                        .get(10, TimeUnit.SECONDS))
                .isTrue();
    }

    @Test
    void aNestedWriteOfTheSameToken_isAdmitted() throws Exception {
        assertThat(guard.call(token(5), () -> guard.call(token(5), () -> "nested")))
                .isEqualTo("nested");
    }

    @Test
    void aNewerTokenInsideOfAnOlderWrite_isRefused_andSeesNothing() {
        AtomicBoolean ran = new AtomicBoolean();
        guard.run(token(5), () -> {
            guard.run(
                    token(5),
                    () -> assertThatIllegalStateException()
                            .isThrownBy(() -> guard.run(token(6), () -> ran.set(true)))
                            .withMessageContainingAll("'a'", "token 6", "token 5"));
            assertThatIllegalStateException()
                    .isThrownBy(() -> guard.call(token(6), () -> {
                        ran.set(true);
                        return 1;
                    }));
            guard.run(new FencingToken("b", 6), () -> {});
        });
        assertThat(ran).isFalse();
        guard.check(token(5));
        guard.run(token(6), () -> ran.set(true));
        assertThat(ran).isTrue();
    }

    @Test
    void aNestedWrite_isStale_onceANewerTokenWasChecked() {
        AtomicBoolean ran = new AtomicBoolean();
        guard.run(token(5), () -> {
            guard.check(token(6));
            assertStale(() -> guard.run(token(5), () -> ran.set(true)));
            assertThatIllegalStateException().isThrownBy(() -> guard.run(token(6), () -> ran.set(true)));
        });
        assertThat(ran).isFalse();
    }

    @Test
    void aResetInsideOfAWrite_isRefused_soThatNobodyOvertakesIt() {
        guard.run(token(5), () -> {
            assertThatIllegalStateException()
                    .isThrownBy(() -> guard.reset("a", 0))
                    .withMessageContaining("'a'");
            assertThatIllegalStateException().isThrownBy(() -> guard.reset("a", 9));
            guard.reset("b", 3);
        });
        assertStale(() -> guard.check(token(4)));
        guard.reset("a", 0);
        guard.check(token(1));
    }

    @Test
    void twoFirstTokensOfOneLock_takeOnePlace() throws Exception {
        CyclicBarrier start = new CyclicBarrier(2);
        for (int round = 0; round < 5_000; round++) {
            InMemoryFencingGuard small = InMemoryFencingGuard.create(1);
            CompletableFuture<Void> other = CompletableFuture.runAsync(() -> checkTogether(start, small));
            checkTogether(start, small);
            other.get(30, TimeUnit.SECONDS);
        }
    }

    private static void checkTogether(CyclicBarrier start, InMemoryFencingGuard guard) {
        try {
            start.await(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        guard.check(token(5));
    }

    @Test
    void atTheLimit_aNewLockIsRefused_andAKnownOneIsNot() {
        InMemoryFencingGuard small = InMemoryFencingGuard.create(2);
        small.check(token(5));
        small.check(new FencingToken("b", 5));
        assertThatIllegalStateException()
                .isThrownBy(() -> small.check(new FencingToken("c", 5)))
                .withMessageContainingAll("'c'", "2 locks");
        small.check(token(6));
        assertStale(() -> small.check(token(5)));
        small.reset("b", 0);
        small.check(new FencingToken("c", 5));
        assertThatIllegalStateException().isThrownBy(() -> small.check(new FencingToken("b", 5)));
        small.reset("never seen", 0);
    }

    @Test
    void aResetBesideChecks_freesThePlaceWithTheLock_soThatNobodyIsRefused() throws Exception {
        InMemoryFencingGuard small = InMemoryFencingGuard.create(1);
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Void> resets = CompletableFuture.runAsync(() -> {
            while (!over.get()) {
                small.reset("a", 0);
            }
        });
        try {
            for (int i = 0; i < 1_000_000; i++) {
                small.check(token(5));
            }
        } finally {
            over.set(true);
        }
        resets.get(30, TimeUnit.SECONDS);
    }

    @Test
    void aGuardForNoLocks_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> InMemoryFencingGuard.create(0))
                .withMessageContaining("mostLocks");
    }

    @Test
    void aReset_waitsForTheWriteThatIsUnderWay() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicBoolean written = new AtomicBoolean();
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> guard.run(token(9), () -> {
            inside.countDown();
            try {
                assertThat(goOn.await(30, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            written.set(true);
        }));
        assertThat(inside.await(30, TimeUnit.SECONDS)).isTrue();
        AtomicBoolean writtenAtReset = new AtomicBoolean();
        Thread resetter = new Thread(() -> {
            guard.reset("a", 0);
            writtenAtReset.set(written.get());
        });
        resetter.start();
        Awaitility.await().until(() -> resetter.getState() == Thread.State.WAITING);
        goOn.countDown();
        writer.get(30, TimeUnit.SECONDS);
        resetter.join();
        assertThat(writtenAtReset).isTrue();
        guard.check(token(1));
    }

    @Test
    void writersThatAreForgottenMeanwhile_stillExcludeEachOther() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Thread resetter = new Thread(() -> {
            while (!done.get()) {
                guard.reset("a", 0);
            }
        });
        resetter.start();
        List<CompletableFuture<Void>> writers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            writers.add(CompletableFuture.runAsync(() -> {
                for (int round = 0; round < 20_000; round++) {
                    guard.run(token(5), () -> {
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        inside.decrementAndGet();
                    });
                }
            }));
        }
        for (CompletableFuture<Void> writer : writers) {
            writer.get(30, TimeUnit.SECONDS);
        }
        done.set(true);
        resetter.join();
        assertThat(most).hasValue(1);
    }
}
