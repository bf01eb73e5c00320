package dev.pawl.lock.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The end of a session is one write with the paths of all its nodes. A server logs one that is too long to be read again, and then
 * does not start any more (ZOOKEEPER-4306).
 */
@Timeout(120)
class ManyHoldsTest {

    /** Longer than what is made in it takes on a busy machine: the test ends it. */
    private static final Duration SESSION = Duration.ofSeconds(60);

    private static final int LONGEST_NAME = 1_024;

    /** In the escaped form of a name, nine bytes for each character. */
    private static final String THREE_BYTES = "\u9501";

    private TestServer server;
    private CuratorFramework client;
    private LockClient locks;

    @BeforeEach
    void start() {
        server = TestServer.start(SESSION);
        client = TestServer.client(server.address(), SESSION);
        locks = clientOnTheSession();
    }

    @AfterEach
    void stop() {
        locks.close();
        client.close();
        server.close();
    }

    private LockClient clientOnTheSession() {
        return LockClient.using(ZooKeeperBackend.builder(client)
                .ioTimeout(Duration.ofSeconds(30))
                .build());
    }

    private static String longName(int number) {
        String text = Integer.toString(number);
        return text + THREE_BYTES.repeat(LONGEST_NAME - text.length());
    }

    /** Short enough to be written as it is, and as long as such a one gets. */
    private static String plainName(int number) {
        String text = Integer.toString(number);
        return text + "x".repeat(100 - text.length());
    }

    private void endTheSessionAndRestart() throws Exception {
        server.expire(client.getZookeeperClient().getZooKeeper().getSessionId());
        await().until(this::nobodyHolds);
        server.restart(SESSION);
        Stat namespace = server.ask(handle -> handle.exists("/pawl", false));
        assertThat(namespace).isNotNull();
    }

    private boolean nobodyHolds() {
        return server.children("/pawl").stream()
                .allMatch(lock -> server.children("/pawl/" + lock).isEmpty());
    }

    @Test
    void manyHoldsOfLongNames_endWithTheirSession_andTheServerStartsAgain() throws Exception {
        List<CompletableFuture<Lease>> leases = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            leases.add(locks.lock(longName(i)).acquireAsync());
        }
        leases.forEach(CompletableFuture::join);
        endTheSessionAndRestart();
    }

    @Test
    void moreHoldsThanASessionCanEndAtOnce_areRefused_andTheServerStartsAgain() throws Exception {
        List<Lease> held = holdAsManyAsThereIsRoomFor();
        assertThat(held).hasSizeBetween(2_000, 6_000);
        int packets = Math.toIntExact(server.packets());

        assertThatThrownBy(() -> locks.lock(plainName(-2)).acquire())
                .isInstanceOf(LockBackendException.class)
                .hasMessageContaining(plainName(-2))
                .hasMessageContaining("several clients");
        assertThat(server.packets() - packets).as("asked for nothing").isLessThan(10);

        // Whoever gives locks back has room again, and the places of waiters take as much as holds.
        held.remove(0).close();
        try (Lease next = locks.lock(plainName(-1)).acquire()) {
            assertThat(next.isValid()).isTrue();
        }
        endTheSessionAndRestart();
    }

    @Test
    void clientsOfOneSession_shareItsRoom() {
        holdAsManyAsThereIsRoomFor();
        try (LockClient other = clientOnTheSession()) {
            assertThatThrownBy(() -> other.lock(plainName(-1)).acquire()).isInstanceOf(LockBackendException.class);
        }
    }

    @Test
    void placesThatWereGivenUp_takeNoRoom() throws Exception {
        try (LockClient other = LockClient.connect(server.url())) {
            Lease lease = other.lock(plainName(-1)).acquire();
            for (int i = 0; i < 100; i++) {
                assertThatThrownBy(() -> locks.lock(plainName(-1)).acquire(Duration.ofMillis(1)))
                        .isInstanceOf(LockTimeoutException.class);
            }
            lease.close();
        }
        locks.lock(plainName(-1)).acquire().close();
        Room room = Room.of(client.getZookeeperClient().getZooKeeper());
        await().untilAsserted(() -> assertThat(room.taken()).isZero());
    }

    private List<Lease> holdAsManyAsThereIsRoomFor() {
        List<CompletableFuture<Lease>> asked = new ArrayList<>();
        for (int i = 0; i < 6_000; i++) {
            asked.add(locks.lock(plainName(i)).acquireAsync());
        }
        List<Lease> held = new ArrayList<>();
        for (CompletableFuture<Lease> one : asked) {
            try {
                held.add(one.join());
            } catch (CompletionException e) {
                assertThat(e).hasCauseInstanceOf(LockBackendException.class);
            }
        }
        return held;
    }
}
