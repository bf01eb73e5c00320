package dev.pawl.lock.jdbc;

import dev.pawl.lock.LockClient;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testservers.MariaDbServer;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.condition.EnabledIf;

/** MariaDB, where releases are looked for: every 20 ms at first, and once a second after eight seconds. */
@EnabledIf(value = "dev.pawl.lock.testservers.MariaDbServer#isAvailable", disabledReason = "MariaDB runs in Docker")
@Full
final class MariaDbPoolTest extends SqlPool {

    MariaDbPoolTest() {
        super(new SqlFixture(MariaDbServer.shared(), MariaDbServer.shared().url()));
    }

    @Override
    int listeners() {
        return 0;
    }

    @Override
    LockClient counted(String... settings) {
        return clients.connect(fixture.url().orElseThrow(), settings);
    }

    /** Of the whole server, on which nothing else happens but this; a pool's ping is no statement. */
    @Override
    long statements() {
        return fixture.server().ask(admin -> {
            try (Statement statement = admin.createStatement();
                    ResultSet counts = statement.executeQuery("SELECT sum(variable_value) FROM"
                            + " information_schema.global_status WHERE variable_name IN"
                            + " ('COM_SELECT', 'COM_INSERT', 'COM_UPDATE', 'COM_SET_OPTION')")) {
                counts.next();
                return counts.getLong(1);
            }
        });
    }

    @Override
    Duration untilQuiet() {
        return Duration.ofSeconds(10);
    }
}
