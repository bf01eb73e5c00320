package dev.pawl.lock.testkit;

import dev.pawl.lock.Acquirable;
import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.DistributedReadWriteLock;
import dev.pawl.lock.DistributedSemaphore;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockListener;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.leader.LeaderElection;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/**
 * What a {@link ChildJvm} runs. The first argument is the command, the second the lock, the third the lease time in ms:
 *
 * <ul>
 *   <li>{@code hold}: acquires, writes {@code held <token>}, and keeps the lock until it is told {@code release}
 *   <li>{@code watch}: the same, and then writes {@code saw <nanoTime before> <isValid>} all the time
 *   <li>{@code lead}: stands for the office of the lock's name, writes {@code elected <term>} when it leads, and {@code saw <nanoTime before>
 *       <isLeader>} all the time
 *   <li>{@code wait}: writes {@code waiting}, and waits for the lock as three threads
 *   <li>{@code exit}: acquires without renewal, writes {@code held}, and calls {@code System.exit(3)} in the listener that is told of
 *       the loss; a shutdown hook closes the client and writes {@code closed}
 *   <li>{@code contend}: writes {@code clock} and what it takes for the time in ms; as three threads, acquires and releases as often as the fourth argument says; writes {@code claim
 *       <token> <invoked> <acquired> <ended> 1} for each, and {@code done}
 *   <li>{@code hold-permits}: as {@code hold}, with the fourth and the fifth argument a number of permits and the limit of a semaphore
 *   <li>{@code wait-permits}: writes {@code waiting}, and waits for so many permits
 *   <li>{@code contend-permits}: as {@code contend}, but the threads ask for 1, 2 and 3 permits of as many as the fifth argument says, and the
 *       lines end with that number
 *   <li>{@code contend-read-write}: as {@code contend}, but two threads read and one writes, whose lines end with 3
 *   <li>{@code hold-write}: as {@code hold}, to write
 * </ul>
 */
public final class ChildMain {

    private static final int THREADS = 3;
    private static final long WATCH_PAUSE = 500_000;

    private ChildMain() {}

    /**
     * Runs one command, and ends when standard input does: so no child outlives its parent.
     *
     * @param arguments see the class
     * @throws Exception whatever the command throws
     */
    public static void main(String[] arguments) throws Exception {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        LockOptions options = LockOptions.builder()
                .leaseTime(Duration.ofMillis(Long.parseLong(arguments[2])))
                .build();
        try (LockClient client = LockClient.connect(ChildJvm.config().build())) {
            DistributedLock lock = client.lock(arguments[1], options);
            switch (arguments[0]) {
                case "hold" -> hold(lock, input);
                case "watch" -> watch(lock, input);
                case "exit" -> exitOnLoss(client, lock.name(), options.leaseTime(), input);
                case "wait" -> await(lock, input);
                case "lead" -> lead(client, lock.name(), options, input);
                case "contend" -> {
                    say("clock " + System.currentTimeMillis());
                    contend(permits -> lock, Integer.parseInt(arguments[3]));
                }
                case "hold-permits" -> hold(permits(client, options, arguments), input);
                case "wait-permits" -> {
                    var unused = permits(client, options, arguments).acquireAsync();
                    awaitTheEndOf(input);
                }
                case "contend-permits" -> {
                    DistributedSemaphore semaphore =
                            client.semaphore(lock.name(), Integer.parseInt(arguments[4]), options);
                    contend(permits -> semaphore.permits(permits), Integer.parseInt(arguments[3]));
                }
                case "contend-read-write" -> {
                    DistributedReadWriteLock both = client.readWriteLock(lock.name(), options);
                    contend(
                            place -> place < THREADS ? both.readLock() : both.writeLock(),
                            Integer.parseInt(arguments[3]));
                }
                case "hold-write" ->
                    hold(client.readWriteLock(lock.name(), options).writeLock(), input);
                default -> throw new IllegalArgumentException("no such command: " + arguments[0]);
            }
        }
    }

    private static Acquirable<Lease> permits(LockClient client, LockOptions options, String... arguments) {
        return client.semaphore(arguments[1], Integer.parseInt(arguments[4]), options)
                .permits(Integer.parseInt(arguments[3]));
    }

    private static void hold(Acquirable<Lease> lock, BufferedReader input) throws Exception {
        try (Lease lease = lock.acquire()) {
            say("held " + lease.token().value());
            if (!"release".equals(input.readLine())) {
                Runtime.getRuntime().halt(1);
            }
        }
        say("released");
    }

    private static void watch(DistributedLock lock, BufferedReader input) throws Exception {
        haltAtTheEndOf(input);
        Lease lease = lock.acquire();
        say("held " + lease.token().value());
        while (!Thread.currentThread().isInterrupted()) {
            long before = System.nanoTime();
            boolean valid = lease.isValid();
            say("saw " + before + " " + valid);
            LockSupport.parkNanos(WATCH_PAUSE);
        }
    }

    private static void lead(LockClient client, String name, LockOptions options, BufferedReader input) {
        haltAtTheEndOf(input);
        LeaderElection election = LeaderElection.builder(client, name)
                .options(options)
                .onElected(office -> say("elected " + office.token().value()))
                .start();
        while (!Thread.currentThread().isInterrupted()) {
            long before = System.nanoTime();
            boolean leads = election.isLeader();
            say("saw " + before + " " + leads);
            LockSupport.parkNanos(WATCH_PAUSE);
        }
    }

    private static void exitOnLoss(LockClient client, String name, Duration leaseTime, BufferedReader input)
            throws Exception {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            client.close();
            say("closed");
        }));
        client.addListener(new LockListener() {
            @Override
            public void onLost(LeaseLostEvent event) {
                System.exit(3);
            }
        });
        LockOptions unrenewed =
                LockOptions.builder().leaseTime(leaseTime).renewal(false).build();
        client.lock(name, unrenewed).acquire();
        say("held");
        while (input.readLine() != null) {
            // The parent is alive.
        }
        Runtime.getRuntime().halt(1);
    }

    private static void await(DistributedLock lock, BufferedReader input) throws Exception {
        for (int i = 0; i < THREADS; i++) {
            Thread waiter = new Thread(lock.asLock()::lock, "waiter-" + i);
            waiter.setDaemon(true);
            waiter.start();
        }
        awaitTheEndOf(input);
    }

    private static void awaitTheEndOf(BufferedReader input) throws IOException {
        say("waiting");
        while (input.readLine() != null) {
            // Nothing is said to this one: the parent is alive.
        }
        Runtime.getRuntime().halt(1);
    }

    private static void contend(IntFunction<Acquirable<Lease>> permits, int rounds) throws Exception {
        List<Thread> threads = new ArrayList<>();
        for (int i = 1; i <= THREADS; i++) {
            int wanted = i;
            Thread thread = new Thread(() -> claim(permits.apply(wanted), wanted, rounds), "contender-" + i);
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        say("done");
    }

    private static void claim(Acquirable<Lease> lock, int permits, int rounds) {
        for (int i = 0; i < rounds; i++) {
            long invoked = System.nanoTime();
            try (Lease lease = lock.acquire()) {
                long acquired = System.nanoTime();
                Claim claim = Claim.now(lease, invoked, acquired);
                say("claim " + claim.token() + " " + claim.invoked() + " " + claim.acquired() + " " + claim.ended()
                        + " " + permits);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static void haltAtTheEndOf(BufferedReader input) {
        Thread watchdog = new Thread(() -> {
            try {
                while (input.readLine() != null) {
                    // The parent is alive.
                }
            } catch (IOException e) {
                // As good as the end.
            }
            Runtime.getRuntime().halt(1);
        });
        watchdog.setDaemon(true);
        watchdog.start();
    }

    private static void say(String line) {
        System.out.println(line);
    }
}
