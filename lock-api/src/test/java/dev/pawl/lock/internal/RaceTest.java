package dev.pawl.lock.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.memory.MemoryBackend;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two things at the same moment, thousands of times; {@code -Dpawl.test.rounds=…} sets how often. */
class RaceTest {

    private static final int ROUNDS = Integer.getInteger("pawl.test.rounds", 20_000);

    private final MemoryBackend backend = MemoryBackend.create();
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1);
    private final ExecutorService callbacks = Executors.newFixedThreadPool(1);
    private final Engine engine = engine();

    private Engine engine() {
        return new Engine(
                backend,
                LockOptions.defaults(),
                new Environment(
                        backend.ticker(),
                        false,
                        (delay, task) -> {
                            ScheduledFuture<?> timed = timer.schedule(task, delay, TimeUnit.NANOSECONDS);
                            return () -> timed.cancel(false);
                        },
                        callbacks,
                        callbacks,
                        callbacks,
                        bound -> ThreadLocalRandom.current().nextLong(bound),
                        Environment.OwnerIds.random(),
                        () -> {}));
    }

    @AfterEach
    void close() {
        engine.close();
        timer.shutdownNow();
        callbacks.shutdownNow();
    }

    private void nothingIsLeft() {
        Race.until(() -> engine.names() == 0, "the client to forget the name");
        Race.until(() -> backend.names() == 0, "the service to forget the name");
    }

    private static void pause(int round) {
        for (int i = ThreadLocalRandom.current().nextInt(1 + round % 64); i > 0; i--) {
            Thread.onSpinWait();
        }
    }

    @Test
    void cancelAgainstGrant_leavesNothing() throws Exception {
        Race.Slot<Lease> held = new Race.Slot<>();
        Race.Slot<CompletableFuture<Lease>> waiting = new Race.Slot<>();
        Race.run(
                ROUNDS,
                round -> {
                    held.set(engine.lock("a").tryAcquire().orElseThrow());
                    waiting.set(engine.lock("a").acquireAsync());
                },
                round -> {
                    CompletableFuture<Lease> future = waiting.get();
                    if (!future.isCancelled()) {
                        future.join().releaseAsync();
                    }
                    nothingIsLeft();
                },
                round -> {
                    pause(round);
                    held.get().close();
                },
                round -> {
                    pause(round);
                    waiting.get().cancel(false);
                });
    }

    @Test
    void interruptAgainstGrant_leavesNothing() throws Exception {
        Race.Slot<Lease> held = new Race.Slot<>();
        Race.Slot<Thread> waiter = new Race.Slot<>();
        AtomicInteger interrupted = new AtomicInteger();
        AtomicInteger interrupts = new AtomicInteger();
        Race.run(
                ROUNDS,
                round -> held.set(engine.lock("a").tryAcquire().orElseThrow()),
                round -> nothingIsLeft(),
                round -> {
                    waiter.set(Thread.currentThread());
                    try (Lease lease = engine.lock("a").acquire()) {
                        assertThat(lease.isValid()).isTrue();
                    } catch (InterruptedException e) {
                        interrupted.incrementAndGet();
                    }
                    Race.until(() -> interrupts.get() == round, "the interrupt");
                    Thread.interrupted();
                },
                round -> {
                    pause(round);
                    held.get().close();
                },
                round -> {
                    Race.until(waiter::isSet, "the waiter");
                    pause(round);
                    waiter.get().interrupt();
                    interrupts.set(round);
                });
        assertThat(interrupted.get()).isPositive();
    }

    @Test
    void closeAgainstLoss_endsOneWay() throws Exception {
        Race.Slot<Lease> held = new Race.Slot<>();
        AtomicInteger told = new AtomicInteger();
        AtomicReference<@Nullable Throwable> answer = new AtomicReference<>();
        AtomicInteger losses = new AtomicInteger();
        Race.run(
                ROUNDS,
                round -> {
                    told.set(0);
                    held.set(engine.lock("a").tryAcquire().orElseThrow());
                    held.get().onLost(event -> told.incrementAndGet());
                },
                round -> {
                    if (answer.get() == null) {
                        assertThat(told).hasValue(0);
                    } else {
                        losses.incrementAndGet();
                        assertThat(Causes.of(answer.get(), "")).isInstanceOf(LeaseLostException.class);
                        Race.until(() -> told.get() == 1, "the news of the loss");
                    }
                    assertThat(held.get().isValid()).isFalse();
                    nothingIsLeft();
                },
                round -> {
                    pause(round);
                    CompletableFuture<Void> done = held.get().releaseAsync();
                    Race.until(done::isDone, "the answer to the release");
                    answer.set(done.handle((nothing, failure) -> failure).join());
                },
                round -> {
                    pause(round);
                    backend.lose("a", LossReason.SESSION_LOST);
                });
        assertThat(losses.get()).isBetween(1, ROUNDS - 1);
    }

    @Test
    void joinAgainstRetire_losesNoRequest() throws Exception {
        AtomicLong last = new AtomicLong();
        Race.Actor actor = round -> {
            pause(round);
            try (Lease lease = engine.lock("a").acquire()) {
                long token = lease.token().value();
                assertThat(last.getAndSet(token)).isLessThan(token);
            }
        };
        Race.run(ROUNDS, round -> {}, round -> nothingIsLeft(), actor, actor);
    }

    @Test
    void releaseAgainstCloseOfTheClient_isAnswered_andLeavesNothing() throws Exception {
        Race.Slot<Engine> closing = new Race.Slot<>();
        Race.Slot<Lease> held = new Race.Slot<>();
        Race.run(
                ROUNDS,
                round -> {
                    closing.set(engine());
                    held.set(closing.get().lock("a").tryAcquire().orElseThrow());
                },
                round -> {
                    assertThat(held.get().isValid()).isFalse();
                    assertThat(closing.get().names()).isZero();
                    nothingIsLeft();
                },
                round -> {
                    pause(round);
                    CompletableFuture<Void> done = held.get().releaseAsync();
                    Race.until(done::isDone, "the answer to the release");
                },
                round -> {
                    pause(round);
                    closing.get().close();
                });
    }

    private record TestGrant(Contest contest, long firstToken, int tokens) implements Grant {}

    @Test
    void acknowledgementAgainstDeadline_neverRevives() throws Exception {
        LockOptions options =
                LockOptions.builder().leaseTime(Duration.ofMillis(100)).build();
        LockQueue queue = new LockQueue("a", Claim.LOCK, engine);
        Candidacy contest = new Candidacy(queue, engine, options);
        AtomicLong clock = new AtomicLong();
        Race.Slot<Hold> hold = new Race.Slot<>();
        AtomicBoolean seenInvalid = new AtomicBoolean();
        AtomicInteger extended = new AtomicInteger();
        Race.Actor reader = round -> {
            Hold read = hold.get();
            boolean before = read.isCurrent();
            pause(round);
            boolean after = read.isCurrent();
            assertThat(after && !before).isFalse();
            if (!before || !after) {
                seenInvalid.set(true);
            }
        };
        Race.run(
                ROUNDS,
                round -> {
                    clock.set(0);
                    seenInvalid.set(false);
                    hold.set(new Hold(clock::get, new TestGrant(contest, 1, 1), options, queue, 0));
                },
                round -> {
                    boolean valid = hold.get().isCurrent();
                    extended.addAndGet(valid ? 1 : 0);
                    assertThat(valid && seenInvalid.get()).isFalse();
                },
                round -> {
                    pause(round);
                    hold.get().renewalAcknowledged(Duration.ofMillis(50).toNanos(), null);
                },
                round -> {
                    pause(round);
                    clock.set(Duration.ofMillis(100).toNanos());
                    reader.run(round);
                },
                reader);
        assertThat(extended.get()).isBetween(1, ROUNDS - 1);
    }
}
