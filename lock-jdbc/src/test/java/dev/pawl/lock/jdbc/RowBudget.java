package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.jdbc.JdbcBackend.Mode;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.SqlServer;
import dev.pawl.lock.testservers.TcpProxy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What row mode costs on a warm connection, in round trips: a count, never a time. */
@Timeout(120)
abstract class RowBudget {

    private static final int CONNECTIONS = 2;

    private final SqlClients clients = new SqlClients();
    private final SqlServer server;
    private final String url;
    private final int acquire;
    private final int release;
    private final TcpProxy proxy;

    RowBudget(SqlServer server, String url, int acquire, int release) {
        this.server = server;
        this.url = url;
        this.acquire = acquire;
        this.release = release;
        proxy = clients.closing(TcpProxy.to(server.port()));
    }

    @BeforeEach
    void heal() {
        server.heal();
    }

    @AfterEach
    void close() throws Exception {
        clients.close();
    }

    /**
     * A client's own pool opens a connection in reserve when it likes; this one has all that it will ever have. Two, so that who
     * tries while another is given back is not kept from it by the pool.
     */
    private DistributedLock lock(String name) {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(proxy.through(url));
        pool.setMaximumPoolSize(CONNECTIONS);
        pool.setAutoCommit(false);
        JdbcBackend backend = JdbcBackend.builder(clients.closing(pool))
                .mode(Mode.ROW)
                .rowConnections(1)
                .build();
        Bench.await("the pool is full").until(() -> pool.getHikariPoolMXBean().getIdleConnections() == CONNECTIONS);
        return clients.closing(LockClient.using(backend)).lock(name);
    }

    @Test
    void acquireOfAFreeRow_staysWithinTheBudget() throws Exception {
        DistributedLock lock = lock("row-free");
        Deque<Lease> held = new ArrayDeque<>();
        Counted costs = new Counted(proxy::roundTrips, () -> lock.acquire().close());
        assertThat(costs.costs(() -> held.push(lock.acquire()), () -> held.pop().close()))
                .isEqualTo(Counted.always(acquire));
    }

    @Test
    void releaseOfARow_staysWithinTheBudget() throws Exception {
        DistributedLock lock = lock("row-released");
        Deque<Lease> held = new ArrayDeque<>();
        Counted costs = new Counted(proxy::roundTrips, () -> held.push(lock.acquire()));
        assertThat(costs.costs(() -> held.pop().close(), () -> {})).isEqualTo(Counted.always(release));
    }

    /** It asks the database, but not before the row is free: an attempt in vain would show here. */
    @Test
    void theNextWaiterOfAProcess_costsOneReleaseAndOneAcquire() throws Exception {
        DistributedLock lock = lock("row-next");
        Deque<Lease> held = new ArrayDeque<>();
        Deque<CompletableFuture<Lease>> waiting = new ArrayDeque<>();
        Counted costs = new Counted(proxy::roundTrips, () -> {
            held.push(lock.acquire());
            waiting.push(lock.acquireAsync());
        });
        assertThat(costs.costs(
                        () -> {
                            held.pop().close();
                            held.push(Bench.get(waiting.pop()));
                        },
                        () -> held.pop().close()))
                .isEqualTo(Counted.always(release + acquire));
    }
}
