package dev.pawl.lock.tests;

import dev.pawl.lock.tests.servers.PostgresServer;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;

/** As {@code ./demo --url jdbc:postgresql://…} starts it. */
class DemoOverPostgresTest extends DemoOverService {

    DemoOverPostgresTest() {
        super(List.of("--url", PostgresServer.shared().url()), 0);
    }

    @BeforeEach
    void heal() {
        PostgresServer.shared().heal();
    }
}
