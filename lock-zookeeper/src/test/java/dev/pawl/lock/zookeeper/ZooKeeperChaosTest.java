package dev.pawl.lock.zookeeper;

import dev.pawl.lock.chaos.ChaosService;
import dev.pawl.lock.chaos.ChaosTest;
import dev.pawl.lock.chaos.FaultKind;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testservers.ZooKeeperServers;
import java.time.Duration;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Test;

/** One ZooKeeper server under faults. A client that is stopped or cut off for three leases loses its session. */
@Full
class ZooKeeperChaosTest extends ChaosTest {

    private static final long REAP_NANOS = Duration.ofMillis(500).toNanos();

    ZooKeeperServers servers() {
        return ZooKeeperServers.standalone();
    }

    @Override
    protected String name() {
        return "zookeeper";
    }

    @Override
    protected ChaosService service() {
        ZooKeeperServers servers = servers();
        return ChaosService.of(name(), new ZooKeeperFixture(servers, ZooKeeperFixture.SESSION))
                .with(FaultKind.CUT_WAKE_UPS)
                .with(FaultKind.REAP_PARENTS, () -> reap(servers))
                .withOneClient(FaultKind.EXPIRE_SESSION, servers::expire)
                .oneHolderExceptUnder(FaultKind.EXPIRE_SESSION)
                .orderExceptUnder(FaultKind.EXPIRE_SESSION);
    }

    /** As its page says: the holder hears of it with its next answer. */
    @Test
    void aSessionThatIsEndedAtTheServers_givesALockTwice() throws Exception {
        assertBreaks(FaultKind.EXPIRE_SESSION, 4);
    }

    /** What the server does to a container that is empty; here each time that one is empty for a moment. */
    private static void reap(ZooKeeperServers servers) {
        long end = System.nanoTime() + REAP_NANOS;
        servers.ask(handle -> {
            while (System.nanoTime() < end) {
                for (String lock : handle.getChildren("/pawl", false)) {
                    reap(handle, "/pawl/" + lock);
                }
            }
            return true;
        });
    }

    private static void reap(ZooKeeper handle, String parent) throws KeeperException, InterruptedException {
        try {
            handle.delete(parent, -1);
        } catch (KeeperException.NotEmptyException | KeeperException.NoNodeException e) {
            // Somebody holds it or waits for it, or it has just been reaped.
        }
    }
}
