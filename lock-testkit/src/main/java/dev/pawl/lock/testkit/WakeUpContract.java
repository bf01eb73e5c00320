package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.Guarantees.WakeUp;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A release reaches the waiters of other processes, and a lost wake-up costs little. */
public interface WakeUpContract extends ContractCase {

    @Test
    default void aRelease_wakesAWaiterOfAnotherClient() {
        String name = bench().name();
        Job<Lease> waiter = afterWaiting(name, () -> {});
        assertThat(Bench.timed(() -> waiter.get().close())).isLessThan(Bench.ROOM);
        bench().assertNothingLeft(name);
    }

    /** The retry ceiling is 1 s: a wake-up that comes only by it would fail this case. Most must be quick, since a machine may be busy. */
    @Test
    default void wakeUps_doNotComeByTheRetryCeiling() {
        List<Duration> times = new ArrayList<>();
        for (int round = 0; round < 9; round++) {
            Job<Lease> woken = afterWaiting(bench().name(), () -> {});
            times.add(Bench.timed(() -> woken.get().close()));
        }
        Duration median = times.stream().sorted().toList().get(times.size() / 2);
        if (bench().client().guarantees().wakeUp() == WakeUp.PUSH) {
            assertThat(median).as("the median of " + times).isLessThan(Duration.ofMillis(500));
        }
    }

    @Test
    default void aLostWakeUp_delaysAWaiterByLessThanTwoSecondsOfAThirtySecondLease() {
        List<Duration> times = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            Job<Lease> delayed = afterWaiting(bench().name(), bench()::cutWakeUps);
            times.add(Bench.timed(() -> delayed.get().close()));
        }
        assertThat(times.stream().sorted().toList().get(1))
                .as("the median of " + times)
                .isLessThan(Duration.ofSeconds(2));
    }

    /** A waiter whose lock was just released. */
    private Job<Lease> afterWaiting(String name, Runnable beforeTheRelease) {
        LockClient other = bench().newClient();
        Lease holder = Bench.hold(bench().client(), name);
        Job<Lease> waiter = bench().start(other.lock(name)::acquire).awaitWaiting();
        Bench.await("the waiter is known to the service")
                .during(Duration.ofMillis(60))
                .until(() -> !waiter.isDone());
        beforeTheRelease.run();
        holder.close();
        return waiter;
    }

    @Test
    default void theEndOfAnUnrenewedLease_wakesTheNext() {
        String name = bench().name();
        Duration leaseTime = Duration.ofMillis(600);
        Lease expiring = Bench.hold(bench().client(), name, Bench.unrenewed(leaseTime));
        Job<Lease> waiter = bench().start(bench().newClient().lock(name)::acquire);
        Bench.await("the lease ends").until(() -> !expiring.isValid());
        assertThat(Bench.timed(() -> waiter.get().close())).isLessThan(Bench.ROOM);
        bench().assertNothingLeft(name);
    }
}
