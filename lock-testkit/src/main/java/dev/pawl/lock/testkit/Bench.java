package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;

/**
 * What one case works with: clients of the service under test, threads, child JVMs, names that no other case has. Whatever
 * a case takes from it ends with the case.
 */
public final class Bench implements AutoCloseable {

    /** The lease time of cases that are not about losing it: longer than any of them lasts. */
    public static final Duration LONG_LEASE = Duration.ofSeconds(30);

    /** The lease time of cases that wait for its end. Long enough that a busy machine renews it in time. */
    public static final Duration SHORT_LEASE = Duration.ofMillis(900);

    /** The lease time of those that want it lost soon. A busy machine may take a while to answer: it must not be over by then. */
    public static final Duration BRIEF_LEASE = Duration.ofMillis(800);

    /**
     * The lease time of a child JVM that is stopped or killed. A JVM that has just been started beside others loads classes, compiles, and gets its
     * share of the machine late: it must still renew in time.
     */
    public static final Duration CHILD_LEASE = Duration.ofSeconds(5);

    /** What a busy machine may add to any time. What a case wants to tell from it takes a lease of half a minute, or for ever. */
    public static final Duration ROOM = Duration.ofSeconds(3);

    /**
     * How long to wait for what has to come: no case is about it. On a busy machine a case that takes ten seconds may take forty, and one
     * that hangs is found after a minute as well.
     */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Path TURN =
            Path.of(System.getProperty("java.io.tmpdir"), "pawl-tests-of-" + System.getProperty("user.name") + ".turn");

    private final BackendFixture fixture;
    private final String caseName;
    private final AtomicInteger serial = new AtomicInteger();
    private final Queue<LockClient> clients = new ConcurrentLinkedQueue<>();
    private final Queue<Job<?>> jobs = new ConcurrentLinkedQueue<>();
    private final Queue<ChildJvm> children = new ConcurrentLinkedQueue<>();
    private @Nullable LockClient client;
    private @Nullable FileLock turn;
    private boolean harmed;

    /**
     * A bench for one case.
     *
     * @param fixture the service, which the bench heals but does not close
     * @param caseName begins its names
     */
    public Bench(BackendFixture fixture, String caseName) {
        this.fixture = fixture;
        this.caseName = caseName;
    }

    /**
     * The service. Harm it through the bench, which then heals it before it closes the clients.
     *
     * @return the fixture
     */
    public BackendFixture fixture() {
        return fixture;
    }

    /**
     * The longest that one exchange with the service may take a caller, on a busy machine.
     *
     * @return the backend's time limit and some room
     */
    public Duration ioBound() {
        return fixture.ioLimit().plus(ROOM);
    }

    // Names and options

    /**
     * A lock name that no other case has.
     *
     * @return a new name with every call
     */
    public String name() {
        return caseName + '-' + serial.incrementAndGet();
    }

    /**
     * Options with the default lease time of the kit.
     *
     * @return options
     */
    public static LockOptions options() {
        return options(LONG_LEASE);
    }

    /**
     * Options with a lease that is renewed.
     *
     * @param leaseTime how long the service keeps a silent holder's lock
     * @return options
     */
    public static LockOptions options(Duration leaseTime) {
        return LockOptions.builder().leaseTime(leaseTime).build();
    }

    /**
     * Options with a lease that ends by itself.
     *
     * @param leaseTime the most that a holder gets
     * @return options
     */
    public static LockOptions unrenewed(Duration leaseTime) {
        return LockOptions.builder().leaseTime(leaseTime).renewal(false).build();
    }

    // Clients

    /**
     * The first client of this case.
     *
     * @return the same client every time
     */
    public LockClient client() {
        LockClient first = client;
        if (first == null) {
            first = newClient();
            client = first;
        }
        return first;
    }

    /**
     * Another client: what another process would have.
     *
     * @return a new client, closed with the case
     */
    public LockClient newClient() {
        return newClient(options());
    }

    /**
     * Another client with default options of its own.
     *
     * @param defaults its default options
     * @return a new client, closed with the case
     */
    public LockClient newClient(LockOptions defaults) {
        LockClient added = LockClient.using(fixture.newBackend(), defaults);
        clients.add(added);
        return added;
    }

    /**
     * A lease of a lock that is free.
     *
     * @param holder whose lease
     * @param name the lock
     * @param options its options
     * @return the lease
     */
    public static Lease hold(LockClient holder, String name, LockOptions options) {
        return holder.lock(name, options).tryAcquire().orElseThrow(() -> new AssertionError("not free: " + name));
    }

    /**
     * A lease of a lock that is free, with the default options of the client.
     *
     * @param holder whose lease
     * @param name the lock
     * @return the lease
     */
    public static Lease hold(LockClient holder, String name) {
        return holder.lock(name).tryAcquire().orElseThrow(() -> new AssertionError("not free: " + name));
    }

    /**
     * Fails unless something comes out as it must in two rounds, of six at the most. Rounds may go wrong where a process is too slow to take
     * what was reserved for it: it is passed over as if it were dead.
     *
     * @param outcome of a round
     * @param round what is done
     * @param <T> what comes out
     */
    public static <T> void assertTwiceInSixRounds(T outcome, Supplier<? extends T> round) {
        List<T> rounds = new ArrayList<>();
        while (rounds.size() < 6 && Collections.frequency(rounds, outcome) < 2) {
            rounds.add(round.get());
        }
        assertThat(rounds).filteredOn(outcome::equals).hasSize(2);
    }

    // The machine

    /**
     * Waits until no other JVM of tests on this machine is in a case that has taken a turn; the turn ends with the case. For those
     * that ask much of the machine for some seconds: contracts that run side by side come to the same case at about the same time.
     */
    public void takeTurn() {
        try {
            turn = FileChannel.open(TURN, StandardOpenOption.CREATE, StandardOpenOption.WRITE)
                    .lock();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void end(FileLock turn) {
        try {
            turn.acquiredBy().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // Harm

    /** Stops the service from answering, until {@link #resumeService()} or the end of the case. */
    public void pauseService() {
        harmed = true;
        fixture.pauseService();
    }

    /** Lets a paused service answer again. */
    public void resumeService() {
        fixture.resumeService();
    }

    /** Kills the service, until {@link #startService} or the end of the case. */
    public void killService() {
        harmed = true;
        fixture.killService();
    }

    /**
     * Starts a killed service.
     *
     * @param keepData false to start it empty
     */
    public void startService(boolean keepData) {
        fixture.startService(keepData);
    }

    /** Breaks the connections by which waiters are woken. */
    public void cutWakeUps() {
        harmed = true;
        fixture.cutWakeUps();
    }

    // Threads and processes

    /**
     * Runs something in a thread of its own.
     *
     * @param body what to run
     * @param <T> its result
     * @return the job
     */
    public <T> Job<T> start(Callable<T> body) {
        Job<T> job = Job.start(caseName + "-job-" + serial.incrementAndGet(), body);
        jobs.add(job);
        return job;
    }

    /**
     * Starts another JVM on the same service.
     *
     * @param command the arguments of {@link ChildMain}
     * @return the running child, killed with the case
     */
    public ChildJvm child(String... command) {
        return child(Map.of(), command);
    }

    /**
     * Starts another JVM on the same service, in an environment of its own.
     *
     * @param environment variables beside those of this JVM
     * @param command the arguments of {@link ChildMain}
     * @return the running child, killed with the case
     */
    public ChildJvm child(Map<String, String> environment, String... command) {
        String url = fixture.url()
                .orElseThrow(() -> new AssertionError("no child JVM reaches this service; skip with @SkippedCase"));
        ChildJvm child = ChildJvm.start(ChildMain.class, url, fixture.settings(), environment, command);
        children.add(child);
        return child;
    }

    // Waiting

    /**
     * Waits for a condition, looking often.
     *
     * @param what the condition in words
     * @return for {@code until…}
     */
    public static ConditionFactory await(String what) {
        return Awaitility.await()
                .alias(what)
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .atMost(PATIENCE);
    }

    /**
     * Waits for the result; an exception, and a future that does not complete, fail the case.
     *
     * @param future what to wait for
     * @param <T> the result
     * @return the result
     */
    public static <T> T get(CompletionStage<T> future) {
        try {
            return future.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | CancellationException | TimeoutException e) {
            throw new AssertionError("no result: " + unwrapped(e), unwrapped(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted, most likely by the time limit of the case", e);
        }
    }

    /**
     * Waits for the exception; a result, and a future that does not complete, fail the case.
     *
     * @param future what to wait for
     * @return the exception, out of its {@link CompletionException}
     */
    public static Throwable failure(Future<?> future) {
        try {
            return fail("should have failed, but completed with " + future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        } catch (ExecutionException | CancellationException e) {
            return unwrapped(e);
        } catch (TimeoutException e) {
            throw new AssertionError("neither result nor exception", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted, most likely by the time limit of the case", e);
        }
    }

    static Throwable unwrapped(Throwable wrapped) {
        Throwable cause = wrapped.getCause();
        boolean wraps = wrapped instanceof ExecutionException || wrapped instanceof CompletionException;
        return wraps && cause != null ? unwrapped(cause) : wrapped;
    }

    /**
     * How long something takes.
     *
     * @param action what to do
     * @return its time on the monotonic clock
     */
    public static Duration timed(ThrowingAction action) {
        long start = System.nanoTime();
        try {
            action.run();
        } catch (Exception e) {
            throw new AssertionError("failed: " + e, e);
        }
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /** Something that may throw. */
    @FunctionalInterface
    public interface ThrowingAction {
        /**
         * Does it.
         *
         * @throws Exception whatever it throws
         */
        void run() throws Exception;
    }

    // Promise 4

    /**
     * Nothing is left behind for the name, and it can be acquired at once. The undoing of what was given up may still be on
     * its way, so this waits for one I/O bound.
     *
     * @param name the lock's name
     */
    public void assertNothingLeft(String name) {
        assertNothingLeft(name, ioBound());
    }

    /**
     * As {@link #assertNothingLeft(String)}, waiting longer where the service was away.
     *
     * @param name the lock's name
     * @param within how long the undoing may take
     */
    public void assertNothingLeft(String name, Duration within) {
        try (LockClient probe = LockClient.using(fixture.newBackend(), options())) {
            await("nothing is left of " + name).atMost(within).untilAsserted(() -> {
                assertThat(fixture.leftBehind(name)).isEqualTo(Optional.empty());
                // What was asked may still be carried out, and undone after it.
                Optional<Lease> lease = probe.lock(name).tryAcquire();
                assertThat(lease).as("lease of %s, which nobody holds", name).isPresent();
                lease.get().close();
            });
        }
        await("nothing is left of " + name + " by the probe, nor by what came after it")
                .atMost(within)
                .untilAsserted(() -> assertThat(fixture.leftBehind(name)).isEmpty());
    }

    /** Ends everything that the case has started. */
    @Override
    public void close() {
        try {
            children.forEach(ChildJvm::close);
            if (harmed) {
                fixture.heal();
            }
            jobs.forEach(Job::interrupt);
            clients.forEach(LockClient::close);
        } finally {
            if (turn != null) {
                end(turn);
            }
        }
    }
}
