package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.MultiLease;
import dev.pawl.lock.MultiLock;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.testservers.SqlServer;
import dev.pawl.lock.testservers.TcpProxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Counts the round trips between a driver and its server. */
abstract class ProxiedBudget extends SqlBudget {

    private final String url;
    private final int port;
    private final TcpProxy proxy;

    ProxiedBudget(SqlServer server, String url) {
        super(server);
        this.url = url;
        port = server.port();
        proxy = TcpProxy.to(port);
    }

    @BeforeEach
    void passThrough() {
        clients.closing(proxy);
    }

    @Override
    final LockBackend counted() {
        return clients.backend(proxy.through(url), "pawl.jdbc.pool-size=1", "pawl.jdbc.io-timeout=5s");
    }

    @Override
    final LockClient uncounted() {
        return clients.connect(url);
    }

    @Override
    final Connection countedConnection() throws Exception {
        return DriverManager.getConnection(proxy.through(url));
    }

    @Override
    final long spent() {
        return proxy.roundTrips();
    }

    /** What three free locks at once may cost. */
    int lockAllOfThree() {
        return 1;
    }

    @Test
    void lockAllOfThreeFreeLocks_staysWithinTheBudget() throws Exception {
        LockClient client = clients.closing(LockClient.using(counted()));
        MultiLock all = client.lockAll(List.of("all-c", "all-a", "all-b"));
        all.tryAcquire().orElseThrow().close();
        DistributedLock other = client.lock("to-be-busy");
        Deque<MultiLease> held = new ArrayDeque<>();
        Counted costs = new Counted(this::spent, () -> other.acquire().close());
        assertThat(costs.costs(
                        () -> held.push(all.tryAcquire().orElseThrow()),
                        () -> held.pop().close()))
                .isEqualTo(Counted.always(lockAllOfThree()));
    }
}
