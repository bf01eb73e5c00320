package dev.pawl.lock.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.StaleTokenException;
import dev.pawl.lock.testservers.ZooKeeperServers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.curator.retry.RetryForever;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What only the guard of znodes has. What it shares with others is in the contract. */
@Timeout(180)
class ZooKeeperFencingGuardTest {

    private static final String LOCK = "inventory/42";

    private final ZooKeeperServers servers = ZooKeeperServers.standalone();
    private @Nullable GuardedNodes opened;

    @BeforeEach
    void open() throws Exception {
        servers.heal();
        opened = new GuardedNodes(servers.addresses());
        client().create().forPath("/stock", "none".getBytes(StandardCharsets.UTF_8));
    }

    @AfterEach
    void close() {
        if (opened != null) {
            opened.close();
        }
        servers.resume();
    }

    private CuratorFramework client() {
        return Objects.requireNonNull(opened).client;
    }

    private ZooKeeperFencingGuard guard() {
        return Objects.requireNonNull(opened).guard;
    }

    private static FencingToken token(long value) {
        return new FencingToken(LOCK, value);
    }

    private String stock() throws Exception {
        return new String(client().getData().forPath("/stock"), StandardCharsets.UTF_8);
    }

    @Test
    void severalOperations_areDoneAllOrNone() throws Exception {
        guard().commit(
                        token(20),
                        client().transactionOp().create().forPath("/order", "1".getBytes(StandardCharsets.UTF_8)),
                        client().transactionOp().setData().forPath("/stock", "7".getBytes(StandardCharsets.UTF_8)));
        assertThat(stock()).isEqualTo("7");
        assertThatExceptionOfType(LockBackendException.class)
                .isThrownBy(() -> guard().commit(
                                token(21),
                                client().transactionOp()
                                        .setData()
                                        .forPath("/stock", "8".getBytes(StandardCharsets.UTF_8)),
                                client().transactionOp()
                                        .create()
                                        .forPath("/order", "1".getBytes(StandardCharsets.UTF_8))))
                .withMessageContainingAll(LOCK, "NODEEXISTS", "/order")
                .withCauseInstanceOf(KeeperException.NodeExistsException.class);
        assertThat(stock()).isEqualTo("7");
        guard().commit(token(20));
        assertThatExceptionOfType(StaleTokenException.class)
                .isThrownBy(() -> guard().commit(
                                token(19), client().transactionOp().delete().forPath("/order")));
        assertThat(client().checkExists().forPath("/order")).isNotNull();
    }

    @Test
    void anOperationThatIsRefusedForItsVersion_isAFault_andNotTriedForEver() {
        assertThatExceptionOfType(LockBackendException.class)
                .isThrownBy(() -> guard().commit(
                                token(20),
                                client().transactionOp()
                                        .setData()
                                        .withVersion(77)
                                        .forPath("/stock", new byte[0])))
                .withMessageContaining("BADVERSION");
    }

    @Test
    void aClientWithANamespace_keepsTheFenceInIt() throws Exception {
        CuratorFramework inside = client().usingNamespace("shop");
        ZooKeeperFencingGuard.create(inside).commit(token(20));
        assertThat(client().checkExists().forPath("/shop/pawl-fence/inventory%2F42"))
                .isNotNull();
    }

    @Test
    void aNodeThatIsNoFence_isAFault_andNothingIsWritten() throws Exception {
        client().createContainers("/pawl-fence");
        client().create().forPath("/pawl-fence/inventory%2F42", "no token".getBytes(StandardCharsets.UTF_8));
        assertThatExceptionOfType(LockBackendException.class)
                .isThrownBy(() -> guard().set(token(20), "/stock", "7".getBytes(StandardCharsets.UTF_8)))
                .withMessageContaining("/pawl-fence/inventory%2F42");
        assertThat(stock()).isEqualTo("none");
    }

    @Test
    void aFenceWithoutData_isAFaultThatSaysSo_andAResetHealsIt() throws Exception {
        guard().commit(new FencingToken("another", 1));
        String unused = client().getZookeeperClient()
                .getZooKeeper()
                .create("/pawl-fence/inventory%2F42", null, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        assertThatExceptionOfType(LockBackendException.class)
                .isThrownBy(() -> guard().commit(token(20)))
                .withMessageContainingAll("something else than a token", "/pawl-fence/inventory%2F42");
        guard().reset(LOCK, 0);
        guard().commit(token(20));
    }

    @Test
    void aFenceWithANegativeNumber_admitsNoToken() throws Exception {
        guard().commit(token(20));
        client().setData().forPath("/pawl-fence/inventory%2F42", "-7".getBytes(StandardCharsets.UTF_8));
        assertThatExceptionOfType(LockBackendException.class)
                .isThrownBy(() -> guard().commit(token(5)))
                .withMessageContaining("something else than a token");
    }

    @Test
    void anOperationThatIsNull_isRefusedBeforeAnythingIsMade() throws Exception {
        CuratorOp[] none = {null};
        assertThatNullPointerException().isThrownBy(() -> guard().commit(token(20), none));
        assertThatNullPointerException().isThrownBy(() -> guard().commitWhileHeld(token(20), none));
        assertThat(client().checkExists().forPath("/pawl-fence")).isNull();
    }

    @Test
    void aClientThatIsNotStarted_isRefused() {
        CuratorFramework latent = CuratorFrameworkFactory.newClient(servers.addresses(), new RetryOneTime(1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ZooKeeperFencingGuard.create(latent))
                .withMessageContaining("LATENT");
    }

    @Test
    void aServerThatDoesNotAnswer_isAFaultInTime_howeverOftenTheClientRetries() throws Exception {
        try (CuratorFramework patient =
                CuratorFrameworkFactory.newClient(servers.addresses(), 10_000, 10_000, new RetryForever(100))) {
            patient.start();
            patient.blockUntilConnected();
            ZooKeeperFencingGuard impatient = ZooKeeperFencingGuard.create(patient);
            impatient.commit(token(20));
            servers.pause();
            assertThatExceptionOfType(LockBackendException.class)
                    .isThrownBy(() -> impatient.commit(token(21)))
                    .withMessageContainingAll(LOCK, "did not answer in time")
                    .satisfies(e -> assertThat(e.elapsed()).isLessThan(Duration.ofSeconds(10)));
            servers.resume();
        }
    }

    // While held

    private void write(FencingToken token, String value) {
        try {
            guard().commitWhileHeld(
                            token,
                            client().transactionOp()
                                    .setData()
                                    .forPath("/stock", value.getBytes(StandardCharsets.UTF_8)));
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void assertNotHeld(FencingToken token) {
        assertThatExceptionOfType(StaleTokenException.class)
                .isThrownBy(() -> write(token, "LATE"))
                .withMessageContainingAll(LOCK, Long.toString(token.value()));
    }

    @Test
    void whileHeld_onlyTheHolderWrites() throws Exception {
        assertNotHeld(token(1));
        try (LockClient locks = LockClient.using(ZooKeeperBackend.create(client()))) {
            FencingToken first;
            try (Lease lease = locks.lock(LOCK).acquire()) {
                first = lease.token();
                write(first, "first");
                write(first, "again");
                assertNotHeld(token(first.value() - 1_024));
                assertNotHeld(token(first.value() + 10_240));
            }
            assertNotHeld(first);
            try (Lease lease = locks.lock(LOCK).acquire()) {
                assertNotHeld(first);
                write(lease.token(), "second");
            }
        }
        assertThat(stock()).isEqualTo("second");
    }

    @Test
    void whileHeld_aHolderWhoseNodeIsGone_isRefused() throws Exception {
        try (LockClient locks = LockClient.using(ZooKeeperBackend.create(client()))) {
            Lease lease = locks.lock(LOCK).acquire();
            String parent = "/pawl/inventory%2F42";
            client().delete()
                    .forPath(parent + "/"
                            + client().getChildren().forPath(parent).get(0));
            assertNotHeld(lease.token());
        }
    }

    @Test
    void whileHeld_everyLeaseOfAChainOfHandOffs_writes() {
        try (LockClient locks = LockClient.using(ZooKeeperBackend.create(client()))) {
            Stream.of(1, 2, 3)
                    .map(i -> CompletableFuture.runAsync(() -> {
                        for (int round = 0; round < 500; round++) {
                            try (Lease lease = locks.lock(LOCK).acquire()) {
                                write(lease.token(), "by " + round);
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                        }
                    }))
                    .toList()
                    .forEach(CompletableFuture::join);
        }
    }
}
