package dev.pawl.lock.examples;

import dev.pawl.lock.testservers.ZooKeeperServers;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;

/** As {@code ./demo --url zookeeper://…} starts it, with a session short enough for a demo that is killed. */
class DemoOverZooKeeperTest extends DemoOverService {

    DemoOverZooKeeperTest() {
        super(List.of("--url", ZooKeeperServers.standalone().url() + "?sessionTimeout=3s"), 0);
    }

    @BeforeEach
    void heal() {
        ZooKeeperServers.standalone().heal();
    }
}
