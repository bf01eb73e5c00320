package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.SqlServer;
import dev.pawl.lock.testservers.TcpProxy;
import dev.pawl.lock.testservers.TestedDatabase;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PostgreSQL on several hosts, of which the driver takes the first that answers. */
@Timeout(180)
final class PostgresHostsTest {

    private static final int BACKLOG = 50;

    private final SqlClients clients = new SqlClients();

    @AfterEach
    void close() throws Exception {
        clients.close();
    }

    /** Such as one behind a firewall that drops what it gets: nobody even accepts. */
    @Test
    void aFirstHostThatSwallowsEveryAttemptToConnect_isPassedOver_whenTheClientStarts() throws Exception {
        SqlServer server = TestedDatabase.POSTGRESQL.healed();
        InetAddress here = InetAddress.getLoopbackAddress();
        List<SocketChannel> waiting = new ArrayList<>();
        try (ServerSocket full = new ServerSocket(0, 1, here)) {
            // Linux drops what comes when the backlog is full.
            for (int i = 0; i < 4; i++) {
                SocketChannel channel = SocketChannel.open();
                waiting.add(channel);
                channel.configureBlocking(false);
                channel.connect(full.getLocalSocketAddress());
            }
            String hosts = "//" + here.getHostAddress() + ":" + full.getLocalPort() + ",";
            LockClient client = clients.connect(server.url().replace("//", hosts));
            Bench.hold(client, "a").close();
        } finally {
            for (SocketChannel channel : waiting) {
                channel.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFirstHostThatEndsOrHangs_isLeftForTheNext_byAClientThatRuns_whichKeepsItsLocks(boolean hangs)
            throws Exception {
        SqlServer server = TestedDatabase.POSTGRESQL.healed();
        TcpProxy first = TcpProxy.to(server.port());
        try (first) {
            String hosts = "//127.0.0.1:" + first.port() + ",";
            LockClient client = clients.connect(server.url().replace("//", hosts));
            Lease held = client.lock("held").acquire(Duration.ofSeconds(10));
            if (hangs) {
                first.blackHole();
            } else {
                first.close();
            }
            Bench.await("another lock").until(() -> takes(client));
            assertThat(held.isValid()).isTrue();
            held.close();
        }
    }

    private static boolean takes(LockClient client) {
        try {
            client.lock("other").tryAcquire().orElseThrow().close();
            return true;
        } catch (LockBackendException e) {
            return false;
        }
    }

    /** Such as one that was stopped: its kernel accepts, and nobody answers. */
    @Test
    void aFirstHostThatAcceptsAndSaysNothing_isPassedOver_whenTheClientStarts() throws Exception {
        SqlServer server = TestedDatabase.POSTGRESQL.healed();
        InetAddress here = InetAddress.getLoopbackAddress();
        try (ServerSocket hung = new ServerSocket(0, BACKLOG, here)) {
            String hosts = "//" + here.getHostAddress() + ":" + hung.getLocalPort() + ",";
            LockClient client = clients.connect(server.url().replace("//", hosts));
            try (Lease lease = client.lock("a").acquire()) {
                assertThat(lease.isValid()).isTrue();
            }
        }
    }
}
