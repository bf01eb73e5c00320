package dev.pawl.lock.jdbc;

import dev.pawl.lock.testservers.MariaDbServer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledIf;

/** The budget of row mode on MariaDB, with its own driver and with MySQL's. */
@EnabledIf(value = "dev.pawl.lock.testservers.MariaDbServer#isAvailable", disabledReason = "MariaDB runs in Docker")
final class MariaDbRowBudgetTest {

    @Nested
    final class WithItsOwnDriver extends RowBudget {
        WithItsOwnDriver() {
            super(MariaDbServer.shared(), MariaDbServer.shared().url(), 3, 2);
        }
    }

    @Nested
    final class WithMySqlsDriver extends RowBudget {
        WithMySqlsDriver() {
            super(MariaDbServer.shared(), MariaDbServer.shared().mysqlUrl(), 3, 2);
        }
    }
}
