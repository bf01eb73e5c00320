package dev.pawl.lock.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.MultiLease;
import dev.pawl.lock.memory.MemoryBackend;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whatever is thrown wherever: a wait with a limit ends, and a hold that nobody has is given back. Drawn schedules in virtual
 * time, in which each call that the engine makes to the outside may throw; and stacks that really end.
 */
@Timeout(120)
class ThrownTest {

    private static final int SCHEDULES = Integer.getInteger("pawl.test.thrown", 1_000);
    private static final long STORM = 3_000;
    private static final long CALM = 120_000;
    private static final Duration LIMIT = Duration.ofSeconds(2);

    @Test
    void everySchedule_endsWaitsWithALimit_andGivesBackWhatNobodyHas() {
        Long only = Long.getLong("pawl.test.seed");
        List<String> wrong = new ArrayList<>();
        for (long seed = 0; seed < SCHEDULES && wrong.size() < 5; seed++) {
            String found = only != null ? new Schedule(only).run() : new Schedule(seed).run();
            if (!found.isEmpty()) {
                wrong.add("seed " + (only != null ? only : seed) + ": " + found);
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** Two clients of one service. */
    private static final class Schedule {
        private final Random random;
        private final SimulatedScheduler time = new SimulatedScheduler();
        private final MemoryBackend service =
                MemoryBackend.builder().ticker(() -> 12_345 + time.now()).build();
        private final List<CompletableFuture<?>> requests = new ArrayList<>();
        private final List<Engine> engines;
        private boolean storm;

        Schedule(long seed) {
            random = new Random(seed);
            engines = List.of(engine(), engine());
        }

        private Engine engine() {
            Object timers = new Object();
            Executor throwing = task -> {
                mayThrow();
                task.run();
            };
            Environment environment = new Environment(
                    service.ticker(),
                    false,
                    (delay, task) -> {
                        mayThrow();
                        return time.after(delay, 0, timers, () -> onTimer(task))::cancel;
                    },
                    throwing,
                    throwing,
                    throwing,
                    bound -> 0,
                    Environment.OwnerIds.random(),
                    () -> time.drop(timers));
            return new Engine(new Throwing(service), LockOptions.defaults(), environment);
        }

        /** As a pool's thread does: what a task throws is not the timer's. */
        private void onTimer(Runnable task) {
            try {
                task.run();
            } catch (Throwable e) {
                assertThat(storm).as("thrown in the calm: %s", e).isTrue();
            }
        }

        private void mayThrow() {
            if (storm && random.nextInt(12) == 0) {
                switch (random.nextInt(3)) {
                    case 0 -> throw new StackOverflowError("planted");
                    case 1 -> throw new OutOfMemoryError("planted");
                    default -> throw new RejectedExecutionException("planted");
                }
            }
        }

        String run() {
            storm = true;
            for (long at = 0; at < STORM; at += 20) {
                time.after(at * 1_000_000 - time.now(), SimulatedScheduler.WORLD, null, this::act);
            }
            goOnTo(STORM);
            storm = false;
            goOnTo(STORM + CALM);
            long open = requests.stream().filter(request -> !request.isDone()).count();
            if (open > 0) {
                return open + " of " + requests.size() + " requests with a limit have not ended";
            }
            requests.forEach(this::release);
            goOnTo(STORM + 2 * CALM);
            for (String name : List.of("a", "b")) {
                if (service.isHeld(name) || service.waiting(name) > 0) {
                    return name + " is held by nobody, or " + service.waiting(name) + " wait for nobody";
                }
                for (Engine engine : engines) {
                    CompletableFuture<Lease> again = engine.lock(name).acquireAsync(LIMIT);
                    if (!again.isDone() || again.isCompletedExceptionally()) {
                        return name + " cannot be had again";
                    }
                    again.join().close();
                }
            }
            int names = engines.stream().mapToInt(Engine::names).sum();
            return names == 0 ? "" : names + " names are left";
        }

        private void act() {
            Engine engine = engines.get(random.nextInt(2));
            String name = random.nextBoolean() ? "a" : "b";
            try {
                switch (random.nextInt(6)) {
                    case 0, 1, 2 -> requests.add(engine.lock(name).acquireAsync(LIMIT));
                    case 3 -> requests.add(engine.lockAll(List.of("a", "b")).acquireAsync(LIMIT));
                    case 4 -> requests.add(engine.lock(name).acquireAsync(Duration.ZERO));
                    default -> {
                        if (!requests.isEmpty()) {
                            release(requests.get(random.nextInt(requests.size())));
                        }
                    }
                }
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
                assertThat(storm).as("thrown in the calm: %s", e).isTrue();
            }
        }

        private void release(CompletableFuture<?> request) {
            if (!request.isDone()) {
                request.cancel(false);
            } else if (!request.isCompletedExceptionally() && request.join() instanceof Lease lease) {
                lease.releaseAsync();
            } else if (!request.isCompletedExceptionally() && request.join() instanceof MultiLease all) {
                all.releaseAsync();
            }
        }

        private void goOnTo(long millis) {
            boolean[] there = {false};
            time.after(millis * 1_000_000 - time.now(), SimulatedScheduler.WORLD, null, () -> there[0] = true);
            while (!there[0]) {
                time.step();
            }
        }

        private final class Throwing extends DelegatingBackend {
            Throwing(MemoryBackend service) {
                super(service);
            }

            @Override
            public Contender join(Contest contest) {
                mayThrow();
                return super.join(contest);
            }

            @Override
            CompletionStage<Attempt> attempt(
                    Contest contest, Contender inner, boolean willWait, int tokens, Executor blocking) {
                mayThrow();
                CompletionStage<Attempt> answer = super.attempt(contest, inner, willWait, tokens, blocking);
                mayThrow();
                return answer;
            }

            @Override
            CompletionStage<Void> leave(Contender inner, Executor blocking) {
                mayThrow();
                return super.leave(inner, blocking);
            }

            @Override
            public CompletionStage<Map<Grant, RenewalOutcome>> renew(Collection<Grant> due, Executor blocking) {
                mayThrow();
                return super.renew(due, blocking);
            }

            @Override
            public CompletionStage<ReleaseOutcome> release(Grant grant, Executor blocking) {
                mayThrow();
                return super.release(grant, blocking);
            }
        }
    }

    /**
     * In a JVM of its own: a class whose initialiser was thrown out there, of the JDK or of a test, would be lost to every later
     * test. It finds those of Pawl, too, for there none has been used before.
     */
    @Test
    void stackThatEndsAnywhere_leavesALockThatOthersCanHave() throws Exception {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        DeepStacks.class.getName())
                .redirectErrorStream(true)
                .start();
        child.getOutputStream().close();
        String said;
        try {
            said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } finally {
            child.destroyForcibly();
        }
        assertThat(child.waitFor()).as(said).isZero();
    }
}
