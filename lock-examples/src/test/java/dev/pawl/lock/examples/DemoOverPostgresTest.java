package dev.pawl.lock.examples;

import dev.pawl.lock.testservers.PostgresServer;
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
