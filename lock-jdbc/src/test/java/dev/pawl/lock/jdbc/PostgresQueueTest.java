package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.PostgresServer;
import dev.pawl.lock.testservers.TcpProxy;
import dev.pawl.lock.testservers.TcpProxy.Direction;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who waits on PostgreSQL stands in the queue, whatever came in between: what is not told to it, it does not ask for. */
@Timeout(120)
final class PostgresQueueTest {

    /** So long that nobody asks without having been told. */
    private static final Duration NEVER = Duration.ofMinutes(1);

    private static final Duration ONE_WAY = Duration.ofMillis(20);
    private static final int CLIENTS = 4;
    private static final int TURNS = 5;

    private final PostgresServer server = PostgresServer.shared();
    private final SqlClients clients = new SqlClients();

    @BeforeEach
    void heal() {
        server.heal();
    }

    @AfterEach
    void close() throws Exception {
        clients.close();
    }

    @Test
    void waiterThatWasLateForItsTurn_isQueuedAgain_andGetsTheLockInTurn() {
        LockBackend backend = clients.backend(server.url());
        CountedContest holder = new CountedContest(backend, "job", "holder", NEVER);
        CountedContest late = new CountedContest(backend, "job", "late", NEVER);
        CountedContest second = new CountedContest(backend, "job", "second", NEVER);
        CountedContest third = new CountedContest(backend, "job", "third", NEVER);
        Grant held = holder.takes();
        late.isBusy();
        second.isBusy();
        third.isBusy();

        holder.releases(held);
        late.awaitWoken();
        Bench.await("the end of the reservation")
                .until(() -> ask("expires_at <= clock_timestamp()").equals("t"));
        // Passes the lock on to the second.
        assertThat(new CountedContest(backend, "job", "passer-by", NEVER).asks(false))
                .isInstanceOf(Attempt.Busy.class);
        late.isBusy();

        assertThat(ask("waiters")).contains(":late");
        Set<CountedContest> served = new HashSet<>();
        List<CountedContest> waiting = List.of(late, second, third);
        int[] seen = {late.wakes(), 0, 0};
        Bench.await("a turn for each").until(() -> {
            for (int i = 0; i < waiting.size(); i++) {
                CountedContest one = waiting.get(i);
                int wakes = one.wakes();
                if (wakes > seen[i] && one.asks() instanceof Attempt.Granted granted) {
                    served.add(one);
                    one.releases(granted.grant());
                }
                seen[i] = wakes;
            }
            return served.size() == waiting.size();
        });
    }

    @Test
    void waiterWhoseEnqueueFoundTheLockFree_andWhoThenLostTheRace_isInTheQueue() {
        LockBackend others = clients.backend(server.url());
        CountedContest holder = new CountedContest(others, "job", "holder", NEVER);
        CountedContest faster = new CountedContest(others, "job", "faster", NEVER);
        Grant held = holder.takes();
        AtomicBoolean released = new AtomicBoolean();
        CompletableFuture<Grant> taken = new CompletableFuture<>();
        LockBackend backend = onAPool(sql -> {
            if (sql.contains("waiters || CAST(") && released.compareAndSet(false, true)) {
                holder.releases(held);
            } else if (sql.contains("WITH updated") && released.get() && !taken.isDone()) {
                taken.complete(faster.takes());
            }
        });
        CountedContest slow = new CountedContest(backend, "job", "slow", NEVER);
        slow.isBusy();

        assertThat(ask("waiters")).contains(":slow");
        faster.releases(Bench.get(taken));
        slow.awaitWoken();
        assertThat(slow.asks()).isInstanceOf(Attempt.Granted.class);
    }

    /** Processes that were killed leave their places: each would have to be called up, and be waited for. */
    @Test
    void placesOfTheDead_doNotMakeAFreeLockLookTaken() throws Exception {
        LockClient client = clients.connect(server.url());
        for (int dead : new int[] {1, 20, 200}) {
            client.lock("job").acquire().close();
            set("waiters", dead(dead));
            client.lock("job").tryAcquire().orElseThrow().close();
            set("waiters", dead(dead));
            client.lockAll(List.of("job", "other")).tryAcquire().orElseThrow().close();
        }
        assertThat(ask("waiters")).isEqualTo("{}");
    }

    @Test
    void amongPlacesOfTheDead_theLivingKeepTheirOrder() {
        LockBackend backend = clients.backend(server.url());
        CountedContest holder = new CountedContest(backend, "job", "holder", NEVER);
        CountedContest first = new CountedContest(clients.backend(server.url()), "job", "first", NEVER);
        CountedContest second = new CountedContest(clients.backend(server.url()), "job", "second", NEVER);
        holder.takes();
        first.isBusy();
        second.isBusy();
        set("waiters", dead(5) + " || waiters[1:1] || " + dead(5) + " || waiters[2:] || " + dead(5));
        // The holder has died, too.
        set("expires_at", "clock_timestamp()");
        assertThat(new CountedContest(backend, "job", "passer-by", NEVER).asks(false))
                .isInstanceOf(Attempt.Busy.class);

        first.awaitWoken();
        assertThat(ask("cardinality(waiters)")).isEqualTo("1");
        assertThat(first.asks()).isInstanceOf(Attempt.Granted.class);
        set("expires_at", "clock_timestamp()");
        assertThat(new CountedContest(backend, "job", "passer-by", NEVER).asks(false))
                .isInstanceOf(Attempt.Busy.class);
        second.awaitWoken();
        assertThat(second.asks()).isInstanceOf(Attempt.Granted.class);
    }

    private static String dead(int count) {
        return "ARRAY(SELECT 'dead' || i || ':x' FROM generate_series(1, " + count + ") AS i)";
    }

    private void set(String column, String value) {
        server.ask(admin -> {
            try (PreparedStatement update =
                    admin.prepareStatement("UPDATE pawl_lock SET " + column + " = " + value + " WHERE name = ?")) {
                update.setString(1, SqlFixture.row("job"));
                return update.executeUpdate();
            }
        });
    }

    private LockBackend onAPool(Consumer<String> beforeStatement) {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(server.url());
        clients.closing(pool);
        return clients.closing(JdbcBackend.create(HookedSource.telling(pool, beforeStatement)));
    }

    @Test
    void amongFourClients_oneOfThemFarAway_nobodyStarves() throws Exception {
        TcpProxy distance = clients.closing(TcpProxy.to(server.port()));
        List<DistributedLock> locks = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            LockClient client = clients.connect(i == 0 ? distance.through(server.url()) : server.url());
            locks.add(client.lock("job"));
        }
        distance.delay(Direction.TO_SERVER, ONE_WAY);
        distance.delay(Direction.TO_CLIENT, ONE_WAY);
        AtomicIntegerArray turns = new AtomicIntegerArray(CLIENTS);
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            int client = i;
            running.add(threads.submit(() -> {
                while (!over.get()) {
                    try (Lease lease = locks.get(client).acquire()) {
                        lease.ensureValid();
                        turns.incrementAndGet(client);
                    }
                }
                return true;
            }));
        }
        try {
            Bench.await("turns for each client").until(() -> {
                for (int i = 0; i < CLIENTS; i++) {
                    if (turns.get(i) < TURNS) {
                        return false;
                    }
                }
                return true;
            });
        } finally {
            over.set(true);
            threads.shutdown();
        }
        for (Future<?> one : running) {
            one.get();
        }
    }

    private String ask(String column) {
        return server.ask(admin -> {
            try (PreparedStatement select =
                    admin.prepareStatement("SELECT " + column + " FROM pawl_lock WHERE name = ?")) {
                select.setString(1, SqlFixture.row("job"));
                try (ResultSet row = select.executeQuery()) {
                    row.next();
                    return row.getString(1);
                }
            }
        });
    }
}
