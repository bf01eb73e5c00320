package dev.pawl.lock.examples;

import dev.pawl.lock.testservers.RedisServers;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;

/** As {@code ./demo --url redis://…} starts it. */
class DemoOverRedisTest extends DemoOverService {

    DemoOverRedisTest() {
        super(List.of("--url", RedisServers.single().url()), 0);
    }

    @BeforeEach
    void heal() {
        RedisServers.single().heal();
    }
}
