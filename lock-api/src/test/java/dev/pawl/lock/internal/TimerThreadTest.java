package dev.pawl.lock.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TimerThreadTest {

    private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();
    private final TimerThread timer = TimerThread.start(task -> {
        Thread thread = new Thread(null, task, "timer under test", 0);
        thread.setDaemon(true);
        threads.add(thread);
        return thread;
    });

    @AfterEach
    void stop() {
        timer.stop();
    }

    @Test
    void tasks_runInTheOrderOfTheirTimes_notBefore() {
        Queue<Integer> ran = new ConcurrentLinkedQueue<>();
        long start = System.nanoTime();
        for (int i : List.of(3, 1, 2)) {
            timer.schedule(millis(50L * i), () -> ran.add(i));
        }

        await().until(() -> ran.size() == 3);

        assertThat(ran).containsExactly(1, 2, 3);
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(millis(150));
    }

    @Test
    void earlierTask_wakesTheThreadThatSleepsForALaterOne() throws InterruptedException {
        CountDownLatch ran = new CountDownLatch(1);
        timer.schedule(TimeUnit.HOURS.toNanos(1), () -> {});
        await().until(() -> isAsleep());

        timer.schedule(millis(1), ran::countDown);

        assertThat(ran.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void delaysWithoutEnd_comeNever() {
        AtomicInteger ran = new AtomicInteger();
        timer.schedule(Long.MAX_VALUE, ran::incrementAndGet);
        timer.schedule(-1, ran::incrementAndGet);

        await().until(() -> ran.get() == 1);
        await().during(Duration.ofMillis(100)).until(() -> ran.get() == 1);
    }

    @Test
    void cancelledTask_doesNotRun_andOneThatThrowsEndsNothing() {
        Queue<String> ran = new ConcurrentLinkedQueue<>();
        Runnable cancel = timer.schedule(millis(50), () -> ran.add("cancelled"));
        cancel.run();
        cancel.run();
        timer.schedule(millis(60), () -> {
            throw new AssertionError("planted");
        });
        timer.schedule(millis(70), () -> ran.add("after"));

        await().until(() -> ran.contains("after"));

        assertThat(ran).containsExactly("after");
    }

    @Test
    void cancelledTasks_areForgottenLongBeforeTheirTime() {
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < 100; i++) {
            byte[] held = new byte[(int) (runtime.maxMemory() / 50)];
            timer.schedule(TimeUnit.HOURS.toNanos(1), () -> assertThat(held).isNotEmpty())
                    .run();
        }
        for (int i = 0; i < 3_000_000; i++) {
            timer.schedule(TimeUnit.HOURS.toNanos(1), () -> {}).run();
        }

        await().untilAsserted(() -> {
            runtime.gc();
            assertThat(runtime.totalMemory() - runtime.freeMemory()).isLessThan(100_000_000);
        });
    }

    @Test
    void stopped_itEndsItsThread_andTakesNothingMore() {
        AtomicInteger ran = new AtomicInteger();
        timer.stop();
        timer.schedule(0, ran::incrementAndGet).run();

        await().until(() -> threads.stream().noneMatch(Thread::isAlive));
        assertThat(ran).hasValue(0);
    }

    @Test
    void stackThatEndsWhileATaskIsBrought_leavesTheTimerRunning() throws InterruptedException {
        for (int round = 0; round < 100; round++) {
            Thread deep = new Thread(null, this::down, "deep", 200_000 + 512L * round);
            deep.start();
            deep.join();
            CountDownLatch ran = new CountDownLatch(1);
            timer.schedule(0, ran::countDown);
            assertThat(ran.await(20, TimeUnit.SECONDS)).as("round %s", round).isTrue();
        }
    }

    /** Brings a task at every depth of the stack, and at its end, which is what it is for. */
    @SuppressWarnings("InfiniteRecursion")
    private void down() {
        try {
            timer.schedule(millis(1), () -> {}).run();
            down();
        } catch (StackOverflowError e) {
            return;
        }
    }

    private boolean isAsleep() {
        return threads.stream().allMatch(thread -> thread.getState() == Thread.State.TIMED_WAITING);
    }

    private static long millis(long count) {
        return TimeUnit.MILLISECONDS.toNanos(count);
    }
}
