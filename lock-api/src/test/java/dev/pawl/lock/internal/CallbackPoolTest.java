package dev.pawl.lock.internal;

import static dev.pawl.lock.internal.Soon.SOON;
import static dev.pawl.lock.internal.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.memory.MemoryBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Users' code may block: what it waits for must not stand behind it. */
class CallbackPoolTest {

    private static final int MANY = 1_000;

    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1);
    private final AtomicBoolean noThreads = new AtomicBoolean();
    private final CountDownLatch end = new CountDownLatch(1);
    private final CallbackPool pool = new CallbackPool(
            task -> {
                Thread thread =
                        new Thread(
                                () -> {
                                    if (!noThreads.get()) {
                                        task.run();
                                    }
                                },
                                "callback-under-test") {
                            @Override
                            public synchronized void start() {
                                if (noThreads.get()) {
                                    throw new OutOfMemoryError("planted: unable to create native thread");
                                }
                                super.start();
                            }
                        };
                thread.setDaemon(true);
                return thread;
            },
            (delay, task) -> {
                var timed = timer.schedule(task, delay, TimeUnit.NANOSECONDS);
                return () -> timed.cancel(false);
            });

    @AfterEach
    void close() {
        end.countDown();
        pool.retire();
        timer.shutdownNow();
    }

    private void block() {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void tasksThatBlock_stopNoOther() {
        for (int i = 0; i < MANY; i++) {
            pool.execute(this::block);
        }
        CompletableFuture<Boolean> other = new CompletableFuture<>();
        pool.execute(() -> other.complete(true));

        assertThat(other).succeedsWithin(SOON.multipliedBy(3));
        assertThat(pool.threads()).isLessThanOrEqualTo(CallbackPool.MOST);
    }

    @Test
    void tasksThatComeToAnEnd_needFewThreads() {
        AtomicInteger ended = new AtomicInteger();
        for (int i = 0; i < 100 * MANY; i++) {
            pool.execute(ended::incrementAndGet);
        }
        await().until(() -> ended.get() == 100 * MANY);

        assertThat(pool.threads()).isLessThanOrEqualTo(4 * CallbackPool.FEW);
    }

    @Test
    void threadsWithoutWork_endAfterTheClient() {
        for (int i = 0; i < MANY; i++) {
            pool.execute(this::block);
        }
        await().until(() -> pool.threads() > 2 * CallbackPool.FEW);
        pool.retire();
        end.countDown();

        await().until(() -> pool.threads() == 0);
    }

    @Test
    void whatComesOrWaitsAfterTheEndOfTheClient_runsOnAThreadOfThePool() {
        for (int i = 0; i < CallbackPool.FEW; i++) {
            pool.execute(this::block);
        }
        CompletableFuture<String> waited = new CompletableFuture<>();
        pool.execute(() -> waited.complete(Thread.currentThread().getName()));
        timer.shutdownNow();
        pool.retire();
        CompletableFuture<String> came = new CompletableFuture<>();
        pool.execute(() -> came.complete(Thread.currentThread().getName()));

        assertThat(waited).succeedsWithin(SOON).isEqualTo("callback-under-test");
        assertThat(came).succeedsWithin(SOON).isEqualTo("callback-under-test");
    }

    @Test
    void taskForWhichTheMachineHasNoThread_runsWhenThereIsOne() {
        CompletableFuture<String> task = new CompletableFuture<>();
        timer.execute(() -> {}); // its thread is there
        noThreads.set(true);
        pool.execute(() -> task.complete(Thread.currentThread().getName()));
        assertThat(task).isNotDone();
        noThreads.set(false);

        assertThat(task).succeedsWithin(SOON).isEqualTo("callback-under-test");
    }

    /** Each waits for its own release, and their number is far beyond that of the threads at the start. */
    @Test
    void callbacksThatWaitForTheirOwnRelease_allEnd_andStopNoOther() {
        MemoryBackend backend = MemoryBackend.create();
        try (Engine engine = new Engine(backend, LockOptions.defaults(), Environment.live(backend.ticker()))) {
            List<CompletableFuture<?>> all = new ArrayList<>();
            for (int i = 0; i < MANY / 4; i++) {
                all.add(engine.lock("own-" + i)
                        .acquireAsync()
                        .thenAccept(lease -> lease.releaseAsync().join()));
            }
            CompletableFuture<Lease> other = engine.lock("other").acquireAsync(Duration.ofSeconds(1));
            assertThat(other).succeedsWithin(SOON.multipliedBy(3));
            assertThat(CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new)))
                    .succeedsWithin(SOON.multipliedBy(3));
        }
    }

    /** A loss is told to as many as there are. */
    @Test
    void actionsOnALossThatBlock_keepTheNewsFromNobody() throws Exception {
        MemoryBackend backend = MemoryBackend.create();
        try (Engine engine = new Engine(backend, LockOptions.defaults(), Environment.live(backend.ticker()))) {
            AtomicInteger told = new AtomicInteger();
            for (int i = 0; i < 300; i++) {
                Lease lease = engine.lock("lost-" + i).acquire();
                lease.onLost(event -> {
                    told.incrementAndGet();
                    block();
                });
                backend.lose(lease);
            }
            await().until(() -> told.get() == 300);
        }
    }
}
