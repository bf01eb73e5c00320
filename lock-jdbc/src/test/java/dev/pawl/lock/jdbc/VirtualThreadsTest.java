package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.SqlServer;
import dev.pawl.lock.testservers.TestedDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Virtual threads that wait for a database. */
@Timeout(120)
final class VirtualThreadsTest {

    private static final int MANY = 400;

    private final SqlClients clients = new SqlClients();
    private final ExecutorService platform = Executors.newCachedThreadPool();

    @AfterEach
    void close() throws Exception {
        platform.shutdownNow();
        clients.close();
    }

    private static ExecutorService virtual() {
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (NoSuchMethodException e) {
            return abort("there are no virtual threads before JDK 21");
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("virtual threads cannot be started", e);
        }
    }

    @ParameterizedTest
    @EnumSource(names = "H2", mode = EnumSource.Mode.EXCLUDE)
    void interruptOfOneVirtualThread_doesNotFailTheOthersThatWait(TestedDatabase database) throws Exception {
        ExecutorService virtual = virtual();
        SqlServer server = database.healed();
        LockClient client = clients.connect(server.url(), "pawl.jdbc.io-timeout=20s");
        client.lock("job").tryAcquire().orElseThrow().close();
        Future<Boolean> innocent;
        Future<Boolean> another;
        try (ForeignSession session = ForeignSession.locking(database, server, "job")) {
            Future<Boolean> interrupted = virtual.submit(() -> takesAndGivesBack(client));
            session.awaitBlocked();
            innocent = waiting(virtual, client);
            another = waiting(platform, client);
            interrupted.cancel(true);
        }
        assertThat(innocent).succeedsWithin(Duration.ofSeconds(30)).isEqualTo(true);
        assertThat(another).succeedsWithin(Duration.ofSeconds(30)).isEqualTo(true);
        virtual.shutdown();
    }

    /** They are more than the threads that speak to the database for them: who stands in line is not to wait for all before. */
    @ParameterizedTest
    @ValueSource(strings = {"lease", "row"})
    void manyVirtualThreads_hearOfASilentDatabaseInTime(String mode) throws Exception {
        ExecutorService virtual = virtual();
        SqlServer server = TestedDatabase.POSTGRESQL.healed();
        LockClient client = clients.connect(server.url(), "pawl.jdbc.io-timeout=1s", "pawl.jdbc.mode=" + mode);
        client.lock("job").tryAcquire().orElseThrow().close();
        List<Future<Optional<Lease>>> attempts = new ArrayList<>();
        server.pause();
        try {
            for (int i = 0; i < MANY; i++) {
                String name = "job-" + i;
                attempts.add(virtual.submit(() -> client.lock(name).tryAcquire()));
            }
            long end = System.nanoTime() + Duration.ofSeconds(4).toNanos();
            for (Future<Optional<Lease>> attempt : attempts) {
                assertThat(attempt)
                        .failsWithin(Duration.ofNanos(Math.max(1, end - System.nanoTime())))
                        .withThrowableOfType(ExecutionException.class)
                        .withCauseInstanceOf(LockBackendException.class);
            }
        } finally {
            server.resume();
        }
        virtual.shutdown();
    }

    private static Future<Boolean> waiting(ExecutorService threads, LockClient client) {
        AtomicReference<@Nullable Thread> waiter = new AtomicReference<>();
        Future<Boolean> future = threads.submit(() -> {
            waiter.set(Thread.currentThread());
            return takesAndGivesBack(client);
        });
        Bench.await("a waiter").until(() -> {
            Thread thread = waiter.get();
            return thread != null
                    && (thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING);
        });
        return future;
    }

    private static boolean takesAndGivesBack(LockClient client) throws InterruptedException {
        client.lock("job").acquire().close();
        return true;
    }
}
