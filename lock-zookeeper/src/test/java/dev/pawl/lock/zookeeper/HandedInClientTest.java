package dev.pawl.lock.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.LockClient;
import dev.pawl.lock.testkit.Player;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.apache.curator.CuratorZookeeperClient;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/** The application's client has a session that outlives Pawl, and threads that ask for its handle whenever they like. */
@Timeout(180)
class HandedInClientTest {

    /** A reconnect takes a client a second or two, on a busy machine more: the session is to outlive that. */
    private static final Duration LONG_SESSION = Duration.ofSeconds(60);

    private TestServer server;
    private SlowLink link;
    private String name;

    @BeforeEach
    void start(TestInfo test) {
        server = TestServer.start(LONG_SESSION);
        link = new SlowLink(server.port(), Duration.ZERO);
        name = test.getTestMethod().orElseThrow().getName();
    }

    @AfterEach
    void stop() {
        link.close();
        server.close();
    }

    private long ownerOfTheOnlyNode(String lock) {
        String parent = "/pawl/" + lock;
        await().until(() -> server.children(parent).size() == 1);
        return server.ownerOf(parent + "/" + server.children(parent).get(0));
    }

    /** The node would keep everyone out for as long as the application runs. */
    @Test
    void nodeOfUnknownOutcome_isRemoved_thoughTheBackendIsClosedBeforeTheConnectionIsBack() throws Exception {
        try (CuratorFramework client = TestServer.client(link.address(), LONG_SESSION)) {
            LockClient locks = LockClient.using(ZooKeeperBackend.builder(client)
                    .ioTimeout(Duration.ofMillis(500))
                    .build());
            locks.lock(name).acquire().close();
            link.swallowAnswers();
            var unused = locks.lock(name).acquireAsync();
            long session = ownerOfTheOnlyNode(name);
            link.sever();
            locks.close();
            // What was asked by then has failed.
            long refused = link.refused();
            await().until(() -> link.refused() > refused);
            link.mend();
            await().until(() -> server.children("/pawl/" + name).isEmpty());
            client.blockUntilConnected();
            assertThat(client.getZookeeperClient().getZooKeeper().getSessionId())
                    .as("the session, whose end would remove it too")
                    .isEqualTo(session);
        }
    }

    /** It has no way to tell that it is closed. */
    @Test
    void viewOfAClient_isRefusedBeforeAnythingIsAsked() {
        try (CuratorFramework client = server.client()) {
            assertThatThrownBy(() -> ZooKeeperBackend.create(client.usingNamespace("app")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'app'")
                    .hasMessageContaining("usingNamespace()");
        }
    }

    /** It asked for the handle while that was the present one, and goes on when others hold locks in the next session. */
    @Test
    void threadThatComesLateWithAnOldHandle_doesNotEndTheSessionThatFollowed() throws Exception {
        try (CuratorFramework client = server.client()) {
            LateThread late = new LateThread(client);
            ZooKeeperBackend backend = ZooKeeperBackend.create(late.client());
            Player first = new Player(backend, name + "-first");
            first.wins();
            late.start(() -> new Player(backend, name + "-late").wins());

            server.expire(ownerOfTheOnlyNode(name + "-first"));
            await().until(() -> !first.losses().isEmpty());
            Player next = new Player(backend, name);
            next.wins();
            late.goOn();

            assertThat(next.losses()).isEmpty();
        }
    }

    /** A thread that stands still between getting the handle of the present session and using it. */
    private static final class LateThread {

        private final CuratorFramework client;
        private final CountDownLatch standsStill = new CountDownLatch(1);
        private final CountDownLatch goesOn = new CountDownLatch(1);
        private volatile Thread thread = new Thread(() -> {}, "nobody");

        LateThread(CuratorFramework client) {
            this.client = client;
        }

        /** The client, with a pause for this thread. */
        CuratorFramework client() {
            CuratorZookeeperClient real = client.getZookeeperClient();
            CuratorZookeeperClient pausing = new CuratorZookeeperClient("unused:1", 1, 1, null, new RetryOneTime(1)) {
                @Override
                public ZooKeeper getZooKeeper() throws Exception {
                    ZooKeeper handle = real.getZooKeeper();
                    if (Thread.currentThread() == thread) {
                        standsStill.countDown();
                        goesOn.await();
                    }
                    return handle;
                }

                @Override
                public boolean isConnected() {
                    return real.isConnected();
                }
            };
            return (CuratorFramework) Proxy.newProxyInstance(
                    CuratorFramework.class.getClassLoader(),
                    new Class<?>[] {CuratorFramework.class},
                    (proxy, method, arguments) ->
                            method.getName().equals("getZookeeperClient") ? pausing : method.invoke(client, arguments));
        }

        void start(Runnable asks) throws InterruptedException {
            Thread late = new Thread(asks, "late");
            late.setDaemon(true);
            thread = late;
            late.start();
            standsStill.await();
        }

        void goOn() throws InterruptedException {
            goesOn.countDown();
            thread.join();
        }
    }
}
