package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.SqlServer;
import dev.pawl.lock.testservers.TcpProxy;
import dev.pawl.lock.testservers.TcpProxy.Direction;
import dev.pawl.lock.testservers.TestedDatabase;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One statement looks for everything that a client waits for: what it finds is told to those that it was made for. */
@Timeout(120)
final class NeighboursTest {

    private static final Duration CEILING = Duration.ofMillis(100);
    private static final Duration SILENCE = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration LONG_IO_LIMIT = Duration.ofSeconds(20);

    private final SqlClients clients = new SqlClients();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void close() throws Exception {
        threads.shutdownNow();
        clients.close();
    }

    private static LockOptions impatient() {
        return LockOptions.builder().retryCeiling(CEILING).build();
    }

    private static void awaitLooks(TcpProxy proxy) {
        long before = proxy.roundTrips();
        Bench.await("looks for what is waited for").until(() -> proxy.roundTrips() >= before + 3);
    }

    @ParameterizedTest
    @EnumSource(names = "H2", mode = EnumSource.Mode.EXCLUDE)
    void firstAttempt_isMade_howeverManyLooksWereMadeForOthersBefore(TestedDatabase database) {
        SqlServer server = database.healed();
        TcpProxy proxy = clients.closing(TcpProxy.to(server.port()));
        LockBackend backend = clients.backend(proxy.through(server.url()));
        new CountedContest(backend, "other", "holder", CEILING).takes();
        new CountedContest(backend, "other", "waiter", CEILING).isBusy();
        CountedContest slow = new CountedContest(backend, "free", "slow", Duration.ofMinutes(1));
        awaitLooks(proxy);
        assertThat(slow.asks()).isInstanceOf(Attempt.Granted.class);
    }

    @ParameterizedTest
    @EnumSource(names = "H2", mode = EnumSource.Mode.EXCLUDE)
    void waiterBehindATryInFlight_isServed_whileAnotherNameIsWaitedFor(TestedDatabase database) throws Exception {
        SqlServer server = database.healed();
        LockClient holder = clients.connect(server.url());
        Lease wanted = Bench.hold(holder, "wanted");
        Lease other = Bench.hold(holder, "other");
        Traffic traffic = new Traffic();
        LockClient client = clients.closing(LockClient.using(traffic.backend(server), impatient()));
        CompletableFuture<Lease> neighbour = client.lock("other").acquireAsync();
        traffic.awaitLooks();

        traffic.hold.set(true);
        Future<Boolean> tried =
                threads.submit(() -> client.lock("wanted").tryAcquire().isPresent());
        Bench.await("an attempt in flight").until(() -> !traffic.hold.get());
        AtomicReference<@Nullable Thread> waiter = new AtomicReference<>();
        Future<Boolean> served = threads.submit(() -> {
            waiter.set(Thread.currentThread());
            client.lock("wanted").acquire().close();
            return true;
        });
        Bench.await("a waiter").until(() -> isParked(waiter.get()));
        traffic.awaitLooks();
        traffic.goOn.countDown();

        assertThat(tried).succeedsWithin(PATIENCE).isEqualTo(false);
        wanted.close();
        assertThat(served).succeedsWithin(PATIENCE);
        other.close();
        Bench.get(neighbour).close();
    }

    /** What a client sends: its looks are counted, and an attempt can be held back. */
    private final class Traffic {

        final AtomicBoolean hold = new AtomicBoolean();
        final CountDownLatch goOn = new CountDownLatch(1);
        private final AtomicInteger looks = new AtomicInteger();

        LockBackend backend(SqlServer server) {
            HikariDataSource pool = new HikariDataSource();
            pool.setJdbcUrl(server.url());
            clients.closing(pool);
            return JdbcBackend.builder(HookedSource.telling(pool, this::sends))
                    .ioTimeout(LONG_IO_LIMIT)
                    .build();
        }

        private void sends(String sql) {
            if (sql.contains("SELECT name, owner")) {
                looks.incrementAndGet();
            } else if (sql.contains("INSERT INTO") && hold.compareAndSet(true, false)) {
                pauseUntil(goOn);
            }
        }

        void awaitLooks() {
            int before = looks.get();
            Bench.await("looks for what is waited for").until(() -> looks.get() >= before + 3);
        }
    }

    private static void pauseUntil(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isParked(@Nullable Thread thread) {
        return thread != null
                && (thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING);
    }

    @ParameterizedTest
    @EnumSource(names = "H2", mode = EnumSource.Mode.EXCLUDE)
    void attemptThatWasWithdrawnInFlight_isWatchedNoMore(TestedDatabase database) {
        SqlServer server = database.healed();
        TcpProxy proxy = clients.closing(TcpProxy.to(server.port()));
        LockClient client = clients.connect(impatient(), proxy.through(server.url()), "pawl.jdbc.io-timeout=20s");
        client.lock("other").tryAcquire().orElseThrow().close();
        Lease held = Bench.hold(clients.connect(server.url()), "wanted");

        proxy.blackHole(Direction.TO_CLIENT);
        long before = proxy.roundTrips();
        CompletableFuture<Lease> withdrawn = client.lock("wanted").acquireAsync();
        Bench.await("an attempt in flight").until(() -> proxy.roundTrips() > before);
        withdrawn.cancel(false);
        proxy.pass();

        AtomicLong last = new AtomicLong();
        Bench.await("a client that asks nothing any more").during(SILENCE).until(() -> {
            long now = proxy.roundTrips();
            return last.getAndSet(now) == now;
        });
        held.ensureValid();
    }
}
