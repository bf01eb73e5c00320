package dev.pawl.lock.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.LockClient;
import java.time.Duration;
import org.apache.curator.framework.CuratorFramework;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/** The application's client has a session that outlives Pawl. */
@Timeout(60)
class HandedInClientTest {

    private TestServer server;
    private SlowLink link;
    private String name;

    @BeforeEach
    void start(TestInfo test) {
        server = TestServer.start();
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
        try (CuratorFramework client = TestServer.client(link.address())) {
            // All this is to be over before the session is.
            Duration soon = TestServer.SESSION.dividedBy(8);
            LockClient locks = LockClient.using(
                    ZooKeeperBackend.builder(client).ioTimeout(soon).build());
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
}
