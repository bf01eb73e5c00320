package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testkit.Claim;
import dev.pawl.lock.testkit.Job;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads of several clients that want a few locks all the time, whatever happens to the service meanwhile, and what they saw.
 * A fault is borne; it is the only thing that may go wrong.
 */
final class SqlLoad {

    private static final int THREADS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Map<String, Queue<Claim>> claims = new ConcurrentHashMap<>();
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();
    private final AtomicInteger lost = new AtomicInteger();
    private final List<String> names;
    private final List<Job<Boolean>> jobs = new ArrayList<>();
    private volatile boolean stopped;

    /** Starts three threads for each client. */
    SqlLoad(Bench bench, List<LockClient> clients, List<String> names) {
        this.names = names;
        names.forEach(name -> claims.put(name, new ConcurrentLinkedQueue<>()));
        for (LockClient client : clients) {
            for (int i = 0; i < THREADS; i++) {
                jobs.add(bench.start(() -> work(client)));
            }
        }
    }

    private boolean work(LockClient client) throws InterruptedException {
        while (!stopped) {
            claim(client);
        }
        // Whoever waits now has nothing more to fear.
        for (String name : names) {
            try (Lease lease = client.lock(name).acquire(PATIENCE)) {
                lease.ensureValid();
            }
        }
        return true;
    }

    private void claim(LockClient client) throws InterruptedException {
        DistributedLock lock = client.lock(names.get(ThreadLocalRandom.current().nextInt(names.size())));
        long invoked = System.nanoTime();
        try (Lease lease = lock.acquire(PATIENCE)) {
            long acquired = System.nanoTime();
            Claim claim = Claim.now(lease, invoked, acquired);
            if (lease.isValid()) {
                claim(lock.name()).add(claim);
            }
        } catch (LockBackendException e) {
            faults.add(e.getMessage());
        } catch (LeaseLostException e) {
            lost.incrementAndGet();
        }
    }

    private Queue<Claim> claim(String name) {
        return claims.getOrDefault(name, new ConcurrentLinkedQueue<>());
    }

    /** Ends the load when everything works again: everybody is served, and what was seen is in order. */
    void end(Bench bench, Duration within) {
        stopped = true;
        jobs.forEach(Job::get);
        for (String name : names) {
            assertThat(claims.get(name)).as("claims of %s", name).isNotEmpty();
            Claim.assertOneAtATime(claim(name));
            Claim.assertTokensOnlyGoUp(claim(name));
            bench.assertNothingLeft(name, within);
        }
        assertThat(lost).as("leases lost long before their time").hasValue(0);
    }

    int claims() {
        return claims.values().stream().mapToInt(Queue::size).sum();
    }

    List<String> faults() {
        return List.copyOf(faults);
    }
}
