package dev.pawl.lock.tests.jdbc;

import dev.pawl.lock.tests.servers.MariaDbServer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledIf;

/** The budget on MariaDB, with its own driver and with MySQL's. */
@EnabledIf(value = "dev.pawl.lock.tests.servers.MariaDbServer#isAvailable", disabledReason = "MariaDB runs in Docker")
final class MariaDbBudgetTest {

    @Nested
    final class WithItsOwnDriver extends ProxiedBudget {
        WithItsOwnDriver() {
            super(MariaDbServer.shared(), MariaDbServer.shared().url());
        }
    }

    @Nested
    final class WithMySqlsDriver extends ProxiedBudget {
        WithMySqlsDriver() {
            super(MariaDbServer.shared(), MariaDbServer.shared().mysqlUrl());
        }
    }
}
