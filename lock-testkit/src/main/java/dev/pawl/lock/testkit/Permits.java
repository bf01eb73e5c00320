package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pawl.lock.Acquirable;
import dev.pawl.lock.Capability;
import dev.pawl.lock.DistributedSemaphore;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.LockOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What the cases about semaphores have in common. */
final class Permits {

    private Permits() {}

    /** Whether there are semaphores. A backend that has none says so before anything is sent, and says what else to do. */
    static boolean are(Bench bench) {
        LockClient client = bench.client();
        if (client.guarantees().supports(Capability.SEMAPHORE)) {
            return true;
        }
        List<Runnable> ways =
                List.of(() -> client.semaphore("refused", 3), () -> client.semaphore("refused", 3, Bench.options()));
        ways.forEach(way -> assertThatExceptionOfType(LockConfigException.class)
                .isThrownBy(way::run)
                .withMessageContaining(Capability.SEMAPHORE.name())
                .withMessageContaining(Capability.SEMAPHORE.alternative())
                .withMessageContaining(client.guarantees().summary()));
        return false;
    }

    /** Permits that are free. */
    static Lease hold(Acquirable<Lease> permits) {
        return permits.tryAcquire().orElseThrow(() -> new AssertionError("not free"));
    }

    /** None are left for anybody who asks for one. */
    static void assertNoneFree(DistributedSemaphore semaphore) {
        Optional<Lease> lease = semaphore.tryAcquire();
        assertThat(lease)
                .as("a permit of %s, which others hold", semaphore.name())
                .isEmpty();
    }

    /** A request that waits, and that the service knows of. */
    static Job<Lease> await(Bench bench, Acquirable<Lease> permits) {
        return isKnown(bench.start(permits::acquire));
    }

    private static <T> Job<T> isKnown(Job<T> waiter) {
        waiter.awaitWaiting();
        Bench.await("the waiter is known to the service")
                .during(Duration.ofMillis(80))
                .until(() -> !waiter.isDone());
        return waiter;
    }

    /**
     * In which order two requests are served that come one after the other, behind a holder that then goes. One that only tries is to get
     * nothing meanwhile.
     */
    static List<String> order(
            Bench bench, Lease holder, Acquirable<Lease> first, Acquirable<Lease> second, Acquirable<Lease> tries) {
        Queue<String> served = new ConcurrentLinkedQueue<>();
        List<Job<Boolean>> waiters =
                List.of(waiter(bench, first, "first", served), waiter(bench, second, "second", served));
        tries.tryAcquire().ifPresent(lease -> {
            served.add("one that tried");
            lease.close();
        });
        holder.close();
        waiters.forEach(Job::get);
        return List.copyOf(served);
    }

    private static Job<Boolean> waiter(Bench bench, Acquirable<Lease> permits, String name, Queue<String> served) {
        return isKnown(bench.start(() -> {
            try (Lease lease = permits.acquire()) {
                return served.add(name);
            }
        }));
    }

    /** Nothing is at the service, and all permits can be had at once. */
    static void assertNothingLeft(Bench bench, String name, int limit, Duration within) {
        BackendFixture service = bench.fixture();
        try (LockClient probe = LockClient.using(service.newBackend(), Bench.options())) {
            Acquirable<Lease> all = probe.semaphore(name, limit).permits(limit);
            Bench.await("nothing is left of " + name).atMost(within).untilAsserted(() -> {
                assertThat(service.permitsLeftBehind(name)).isEqualTo(Optional.empty());
                Optional<Lease> lease = all.tryAcquire();
                assertThat(lease)
                        .as("all permits of %s, which nobody holds", name)
                        .isPresent();
                lease.get().close();
            });
        }
        Bench.await("nothing is left of " + name + " by the probe")
                .atMost(within)
                .untilAsserted(() -> assertThat(service.permitsLeftBehind(name)).isEqualTo(Optional.empty()));
    }

    static void assertNothingLeft(Bench bench, String name, int limit) {
        assertNothingLeft(bench, name, limit, bench.ioBound());
    }

    static LockOptions unrenewed() {
        return Bench.unrenewed(Bench.BRIEF_LEASE);
    }

    /**
     * Permits that somebody had.
     *
     * @param claim from when until when
     * @param permits how many
     */
    record Use(Claim claim, int permits) {

        /** What a child has written that contends for permits. */
        static List<Use> of(ChildJvm child) {
            List<Claim> claims = Claim.of(child);
            List<Integer> permits = child.lines().stream()
                    .filter(line -> line.startsWith("claim "))
                    .map(line -> Integer.valueOf(line.substring(line.lastIndexOf(' ') + 1)))
                    .toList();
            List<Use> uses = new ArrayList<>();
            for (int i = 0; i < claims.size(); i++) {
                uses.add(new Use(claims.get(i), permits.get(i)));
            }
            return uses;
        }

        /** Never more are out than the limit, at the instants at which somebody gets some. */
        static void assertWithin(int limit, Collection<Use> uses) {
            List<long[]> changes = new ArrayList<>();
            for (Use use : uses) {
                changes.add(new long[] {use.claim().acquired(), use.permits()});
                changes.add(new long[] {use.claim().ended(), -use.permits()});
            }
            // Of two at the same instant, the end first.
            changes.sort(Comparator.<long[]>comparingLong(change -> change[0]).thenComparingLong(change -> change[1]));
            long out = 0;
            for (long[] change : changes) {
                out += change[1];
                assertThat(out).as("permits that are out").isLessThanOrEqualTo(limit);
            }
        }
    }
}
