package dev.pawl.lock.jdbc;

import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testservers.MariaDbServer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledIf;

/** MariaDB at the end of a network that fails, with its own driver and with MySQL's. */
@EnabledIf(value = "dev.pawl.lock.testservers.MariaDbServer#isAvailable", disabledReason = "MariaDB runs in Docker")
@Full
final class MariaDbNetworkTest {

    @Nested
    final class WithItsOwnDriver extends SqlNetwork {
        WithItsOwnDriver() {
            super(
                    new SqlFixture(
                            MariaDbServer.shared(), MariaDbServer.shared().url()),
                    MariaDbServer.shared().url());
        }
    }

    @Nested
    final class WithMySqlsDriver extends SqlNetwork {
        WithMySqlsDriver() {
            super(
                    new SqlFixture(
                            MariaDbServer.shared(), MariaDbServer.shared().url()),
                    MariaDbServer.shared().mysqlUrl());
        }
    }
}
