package dev.pawl.lock.testservers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.testkit.Full;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The ZooKeeper servers do what their fixture says, and tell the backend what it relies on. */
@Full
@Timeout(180)
class ZooKeeperServersTest {

    private final ZooKeeperServers standalone = ZooKeeperServers.standalone();

    @AfterEach
    void heal() {
        standalone.heal();
    }

    private static void create(ZooKeeperServers servers, String path) {
        servers.ask(handle -> handle.create(path, new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
    }

    private static boolean isThere(ZooKeeperServers servers, String path) {
        return servers.ask(handle -> handle.exists(path, false)) != null;
    }

    @Test
    void killAndRestart_keepTheDataOrNot() {
        create(standalone, "/kept");
        standalone.kill();
        standalone.restart(true);
        assertThat(isThere(standalone, "/kept")).isTrue();
        standalone.restart(false);
        assertThat(isThere(standalone, "/kept")).isFalse();
    }

    @Test
    void heal_removesWhatIsThere() {
        create(standalone, "/a");
        create(standalone, "/a/b");
        standalone.heal();
        assertThat(isThere(standalone, "/a")).isFalse();
    }

    @Test
    void ensemble_agreesAgainAfterItsLeaderWasKilled() {
        ZooKeeperServers ensemble = ZooKeeperServers.ensemble();
        ensemble.heal();
        create(ensemble, "/before");
        ensemble.killLeader();
        assertThat(isThere(ensemble, "/before")).isTrue();
        ensemble.startMissing();
        assertThat(isThere(ensemble, "/before")).isTrue();
        ensemble.heal();
    }

    @Test
    void expire_endsTheSessionThatCameThroughAProxy_andNoOther() throws Exception {
        int port = Integer.parseInt(standalone.addresses().replaceFirst(".*:", ""));
        BlockingQueue<KeeperState> states = new LinkedBlockingQueue<>();
        create(standalone, "/parent");
        try (TcpProxy proxy = TcpProxy.to(port);
                ZooKeeper ended =
                        new ZooKeeper("127.0.0.1:" + proxy.port(), 60_000, event -> states.add(event.getState()));
                ZooKeeper other = new ZooKeeper("127.0.0.1:" + port, 60_000, event -> {})) {
            ended.create("/parent/ended", new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
            other.create("/parent/other", new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
            standalone.expire(List.of(proxy));
            assertThat(isThere(standalone, "/parent/ended")).isFalse();
            assertThat(isThere(standalone, "/parent/other")).isTrue();
            await().until(() -> states.contains(KeeperState.Expired));
            // It is over, which is no failure.
            standalone.expire(List.of(proxy));
        }
    }

    /** By this the backend knows whether a read may be old. */
    @Test
    void configuration_isEmptyOnASingleServer_andNamesTheMembersOfAnEnsemble() {
        assertThat(configuration(standalone)).isEmpty();
        assertThat(configuration(ZooKeeperServers.ensemble())).contains("server.1=", "server.2=", "server.3=");
    }

    private static String configuration(ZooKeeperServers servers) {
        byte[] data = servers.ask(handle -> handle.getConfig(false, null));
        return data == null ? "" : new String(data, StandardCharsets.UTF_8);
    }

    @Test
    void packets_areCounted() {
        long before = standalone.packets();
        isThere(standalone, "/nothing");
        assertThat(standalone.packets()).isGreaterThan(before);
    }

    @Test
    void cutConnections_cutsThem_andLetsNewOnesIn() throws IOException {
        int port = Integer.parseInt(standalone.addresses().replaceFirst(".*:", ""));
        try (Socket cut = new Socket(InetAddress.getLoopbackAddress(), port)) {
            // Answered, so it has come through.
            cut.getOutputStream().write("ruok".getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(cut.getInputStream().readNBytes(4), StandardCharsets.US_ASCII))
                    .isEqualTo("imok");
        }
        try (Socket cut = new Socket(InetAddress.getLoopbackAddress(), port)) {
            standalone.cutConnections();
            assertThatThrownBy(() -> {
                        cut.getOutputStream().write(1);
                        if (cut.getInputStream().read() < 0) {
                            throw new IOException("end of stream");
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
    }
}
