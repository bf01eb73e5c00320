package dev.pawl.lock.chaos;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockException;
import dev.pawl.lock.chaos.Event.Kind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * What a client process does: its threads take locks, and what several may hold where there is such, look at their leases, write to the resource, and write down each step. It
 * says {@code ready}, and is told
 *
 * <ul>
 *   <li>{@code aim <n>}: the next thread that has seen its lease valid says {@code aimed-<n>} and gives the harness some time
 *       to stop the process, before it writes; {@code go}: it has been stopped
 *   <li>{@code drain}: to begin nothing more; it says {@code drained} when all threads have ended, closes what it has, and
 *       says {@code closed}
 * </ul>
 */
final class Workload {

    /** How long a thread waits to be stopped; it may have been stopped and resumed meanwhile. */
    private static final long GAP_SECONDS = 1;

    private static final int MOST_WRITES = 3;

    /** One hold in so many is longer: it has to be renewed, and faults find it held. */
    private static final int ONE_IN = 40;

    private static final int TIMES_LONGER = 80;

    private static final int ONE_REQUEST_FOR_PERMITS_IN = 3;

    private static final int ONE_WRITER_IN = 3;

    /** Above it, invariant 6 would wait for the holder. A hold lasts for half of its most in the mean: every other one is renewed. */
    private static final int MOST_LEASES = 2;

    /**
     * What a process is told at its start.
     *
     * @param process its name
     * @param log where it writes down its events
     * @param resource the port of the resource
     * @param seed of its choices
     * @param threads how many
     * @param locks how many
     * @param lease the lease time of all locks
     * @param hold how long a lock is held at the most, but for some, if nothing happens
     */
    record Arguments(
            String process, Path log, int resource, long seed, int threads, int locks, Duration lease, Duration hold) {

        String[] toArray() {
            return new String[] {
                process,
                log.toString(),
                Integer.toString(resource),
                Long.toString(seed),
                Integer.toString(threads),
                Integer.toString(locks),
                lease.toString(),
                hold.toString()
            };
        }

        static Arguments of(String[] words) {
            return new Arguments(
                    words[0],
                    Path.of(words[1]),
                    Integer.parseInt(words[2]),
                    Long.parseLong(words[3]),
                    Integer.parseInt(words[4]),
                    Integer.parseInt(words[5]),
                    Duration.parse(words[6]),
                    Duration.parse(words[7]));
        }
    }

    private final Arguments arguments;
    private final EventLog log;
    private final AtomicLong operations = new AtomicLong();
    private final AtomicInteger aim = new AtomicInteger();
    private final CountDownLatch draining = new CountDownLatch(1);
    private volatile CountDownLatch gap = new CountDownLatch(0);

    private Workload(Arguments arguments) {
        this.arguments = arguments;
        log = new EventLog(arguments.process(), arguments.log());
    }

    /** Runs a client process to its end. */
    static void run(String[] words, Locks.Connector connector) throws InterruptedException {
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
            // The parent sees that this process has ended, and what it wrote.
            failure.printStackTrace();
            Runtime.getRuntime().halt(2);
        });
        Workload workload = new Workload(Arguments.of(words));
        // Before anything that can take long: the process ends with its parent.
        daemon("orders", workload::obey);
        try (Locks locks = connector.connect(workload.arguments.lease())) {
            workload.run(locks);
        }
        System.out.println("closed");
        // Whatever thread is left does not keep it.
        System.exit(0);
    }

    private static Thread daemon(String name, Runnable body) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void run(Locks locks) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < arguments.threads(); i++) {
            Random random = new Random(arguments.seed() + i);
            threads.add(daemon("worker-" + i, () -> work(locks, random)));
        }
        System.out.println("ready");
        for (Thread thread : threads) {
            thread.join();
        }
        System.out.println("drained");
    }

    private void obey() {
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try {
            for (String order = orders.readLine(); order != null; order = orders.readLine()) {
                obey(order.split(" ", -1));
            }
        } catch (IOException e) {
            // As good as the end.
        }
        Runtime.getRuntime().halt(1);
    }

    private void obey(String[] order) {
        switch (order[0]) {
            case "aim" -> {
                gap = new CountDownLatch(1);
                aim.set(Integer.parseInt(order[1]));
            }
            case "go" -> gap.countDown();
            case "drain" -> draining.countDown();
            default -> throw new IllegalArgumentException("no such order: " + order[0]);
        }
    }

    private void work(Locks locks, Random random) {
        try (ResourceClient resource = new ResourceClient(arguments.resource(), arguments.process())) {
            while (draining.getCount() > 0) {
                List<Permits> shared = locks.permits();
                if (!shared.isEmpty() && random.nextInt(ONE_REQUEST_FOR_PERMITS_IN) == 0) {
                    Permits what = shared.get(random.nextInt(shared.size()));
                    request(locks, what.lockName(), permits(what, random), random, resource);
                } else {
                    request(locks, "lock-" + random.nextInt(arguments.locks()), 0, random, resource);
                }
                pause(random, Duration.ofMillis(10));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("without the resource the run proves nothing", e);
        }
    }

    private static int permits(Permits what, Random random) {
        if (what == Permits.READ_WRITE) {
            return random.nextInt(ONE_WRITER_IN) == 0 ? what.most() : 1;
        }
        return 1 + random.nextInt(what.most());
    }

    /** @param permits how many of what several may hold, or 0 for a lock */
    private void request(Locks locks, String lock, int permits, Random random, ResourceClient resource)
            throws IOException {
        long op = operations.incrementAndGet();
        Optional<Duration> patience = patience(random);
        long now = System.nanoTime();
        log.write(
                now,
                Kind.INVOKE,
                op,
                lock,
                0,
                patience.map(most -> now + most.toNanos()).orElse(0L),
                "");
        Optional<Lease> granted;
        try {
            granted = permits == 0
                    ? locks.acquire(lock, patience, random)
                    : locks.acquirePermits(Permits.of(lock), permits, patience, random);
        } catch (LockException | IOException e) {
            log.write(System.nanoTime(), Kind.FAILED, op, lock, 0, 0, e.toString());
            pause(random, Duration.ofMillis(60));
            return;
        } catch (Exception e) {
            // Nobody is to meet another one, whatever is broken: the run fails.
            throw new IllegalStateException("no such failure of a request for " + lock + " is promised", e);
        }
        if (granted.isEmpty()) {
            log.write(System.nanoTime(), Kind.BUSY, op, lock, 0, 0, "");
            return;
        }
        Lease lease = granted.get();
        log(Kind.OK, op, lease, System.nanoTime(), permits == 0 ? "" : Integer.toString(permits));
        lease.onLost(event ->
                log.write(System.nanoTime(), Kind.LOST, op, lock, lease.token().value(), 0, "" + event.reason()));
        hold(op, lease, random, resource);
        release(op, lease);
    }

    /** None, one attempt, or up to two leases. */
    private Optional<Duration> patience(Random random) {
        return switch (random.nextInt(10)) {
            case 0, 1 -> Optional.empty();
            case 2 -> Optional.of(Duration.ZERO);
            default ->
                Optional.of(Duration.ofMillis(
                        1 + random.nextInt((int) arguments.lease().toMillis() * 2)));
        };
    }

    /** How long one of the longer holds is held at the most. */
    static Duration longHold(Duration hold, Duration lease) {
        Duration longer = hold.multipliedBy(TIMES_LONGER);
        Duration most = lease.multipliedBy(MOST_LEASES);
        return longer.compareTo(most) < 0 ? longer : most;
    }

    private void log(Kind kind, long op, Lease lease, long at, String note) {
        // What remains is read after the stamp, so the sum is not later than the deadline.
        long until = at + lease.remaining().toNanos();
        log.write(at, kind, op, lease.name(), lease.token().value(), until, note);
    }

    private void hold(long op, Lease lease, Random random, ResourceClient resource) throws IOException {
        boolean isLong = random.nextInt(ONE_IN) == 0;
        Duration hold = isLong ? longHold(arguments.hold(), arguments.lease()) : arguments.hold();
        int writes = isLong ? 2 * MOST_WRITES : 1 + random.nextInt(MOST_WRITES);
        Duration pause = hold.dividedBy(writes);
        for (; writes > 0; writes--) {
            long at = System.nanoTime();
            if (!lease.isValid()) {
                log.write(at, Kind.INVALID, op, lease.name(), lease.token().value(), 0, "");
                return;
            }
            log(Kind.VALID, op, lease, at, "");
            if (!Permits.areOf(lease.name())) {
                letOthersAim();
                resource.write(op, lease.name(), lease.token().value());
            }
            pause(random, pause);
        }
    }

    /** Between the look at the lease and the write: here no client can know that its lease ends. */
    private void letOthersAim() {
        int number = aim.getAndSet(0);
        if (number != 0) {
            CountDownLatch stopped = gap;
            System.out.println("aimed-" + number);
            try {
                stopped.await(GAP_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new IllegalStateException("nobody interrupts here", e);
            }
        }
    }

    private void release(long op, Lease lease) {
        long token = lease.token().value();
        log.write(System.nanoTime(), Kind.RELEASE, op, lease.name(), token, 0, "");
        String note = "";
        try {
            lease.close();
        } catch (LockException e) {
            note = e.getClass().getSimpleName();
        }
        log.write(System.nanoTime(), Kind.RELEASED, op, lease.name(), token, 0, note);
    }

    private static void pause(Random random, Duration most) {
        LockSupport.parkNanos(1 + (long) (random.nextDouble() * most.toNanos()));
    }
}
