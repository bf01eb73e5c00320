package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/**
 * The row "interrupt before or during a wait": {@code InterruptedException}, and the attempt is undone, whatever its reply was
 * going to be.
 */
public interface InterruptContract extends ContractCase {

    @Test
    @Proves(Part.ENGINE)
    default void anInterruptBeforeTheCall_isAnsweredWithoutAskingTheService() {
        String name = bench().name();
        DistributedLock lock = bench().client().lock(name);
        List<ThrowingCallable> waits = List.of(
                lock::acquire,
                () -> lock.acquire(Duration.ofSeconds(30)),
                () -> lock.tryAcquire(Duration.ofSeconds(30)),
                () -> bench().client().lockAll(List.of(name)).acquire(),
                () -> lock.asLock().lockInterruptibly(),
                () -> lock.asLock().tryLock(30, TimeUnit.SECONDS));
        bench().pauseService();
        Duration elapsed = Bench.timed(() -> {
            for (ThrowingCallable wait : waits) {
                Thread.currentThread().interrupt();
                assertThatThrownBy(wait).isInstanceOf(InterruptedException.class);
                assertThat(Thread.interrupted())
                        .as("status after the exception")
                        .isFalse();
            }
        });
        assertThat(elapsed).isLessThan(Bench.ROOM);
        bench().resumeService();
        bench().assertNothingLeft(name);
    }

    @Test
    @Proves(Part.BACKEND)
    default void anInterruptedWaiter_leavesNothingBehind_twentyTimesOfTwenty() {
        LockClient waiting = bench().newClient();
        for (int i = 0; i < 20; i++) {
            String name = bench().name();
            Lease holder = Bench.hold(bench().client(), name);
            Job<Lease> waiter = bench().start(waiting.lock(name)::acquire).awaitWaiting();
            waiter.interrupt();
            assertThat(waiter.failure()).isInstanceOf(InterruptedException.class);
            holder.close();
            bench().assertNothingLeft(name);
        }
    }

    @Test
    @Proves(Part.BACKEND)
    default void anInterruptedWaiterBehindItsOwnProcess_leavesNothingBehind() {
        String name = bench().name();
        Lease holder = Bench.hold(bench().client(), name);
        List<Job<Optional<Lease>>> waiters = java.util.stream.Stream.generate(
                        () -> bench().start(() -> bench().client().lock(name).tryAcquire(Duration.ofMinutes(1))))
                .limit(20)
                .toList();
        waiters.forEach(Job::awaitWaiting);
        waiters.forEach(Job::interrupt);
        assertThat(waiters).allSatisfy(waiter -> assertThat(waiter.failure()).isInstanceOf(InterruptedException.class));
        holder.close();
        bench().assertNothingLeft(name);
    }

    /** The classic leak: the thread has gone when the service grants the lock. */
    @Test
    @Proves(Part.BACKEND)
    default void anInterruptBeforeTheReply_undoesTheGrant() {
        String name = bench().name();
        DistributedLock lock = bench().client().lock(name);
        Bench.hold(bench().client(), bench().name()).close();
        bench().pauseService();
        Job<Lease> waiter = bench().start(lock::acquire).awaitWaiting();
        Duration elapsed = Bench.timed(() -> {
            waiter.interrupt();
            assertThat(waiter.failure()).isInstanceOf(InterruptedException.class);
        });
        assertThat(elapsed).isLessThan(bench().ioBound());
        bench().resumeService();
        bench().assertNothingLeft(name, bench().ioBound().multipliedBy(2));
    }

    @Test
    @Proves(Part.BACKEND)
    default void anInterruptRacingTheGrant_leavesALeaseOrNothing() {
        Random random = new Random(42);
        DistributedLock held = bench().client().lock("the held one of " + bench().name());
        DistributedLock waited = bench().newClient().lock(held.name());
        for (int i = 0; i < 150; i++) {
            Lease holder = held.tryAcquire().orElseThrow();
            Job<Optional<Lease>> waiter =
                    bench().start(() -> leaseOrInterrupt(waited)).awaitWaiting();
            if (random.nextBoolean()) {
                holder.releaseAsync().join();
                Races.spin(random, Duration.ofMillis(1));
                waiter.interrupt();
            } else {
                waiter.interrupt();
                Races.spin(random, Duration.ofMillis(1));
                holder.close();
            }
            waiter.get().ifPresent(Lease::close);
            Bench.await("the lock is free in round " + i)
                    .atMost(bench().ioBound())
                    .until(() -> Races.isFree(held));
        }
        bench().assertNothingLeft(held.name());
    }

    private static Optional<Lease> leaseOrInterrupt(DistributedLock lock) {
        try {
            return Optional.of(lock.acquire());
        } catch (InterruptedException e) {
            return Optional.empty();
        }
    }

    @Test
    @Proves(Part.BACKEND)
    default void anInterruptDoesNotEndAnAttemptWithoutWaiting() {
        String name = bench().name();
        DistributedLock lock = bench().client().lock(name);
        Thread.currentThread().interrupt();
        try {
            try (Lease lease = lock.tryAcquire().orElseThrow()) {
                assertThat(lease.isValid()).isTrue();
            }
        } finally {
            assertThat(Thread.interrupted()).as("the status is kept").isTrue();
        }
        bench().assertNothingLeft(name);
    }
}
