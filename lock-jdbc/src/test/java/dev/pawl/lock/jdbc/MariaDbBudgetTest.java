package dev.pawl.lock.jdbc;

import dev.pawl.lock.testservers.MariaDbServer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledIf;

/** The budget on MariaDB, with its own driver and with MySQL's. */
@EnabledIf(value = "dev.pawl.lock.testservers.MariaDbServer#isAvailable", disabledReason = "MariaDB runs in Docker")
final class MariaDbBudgetTest {

    /** The clock of the statement that locks the row may be older than the token of a holder that was rolled back. */
    private static final int LOCK_AND_TOKEN = 2;

    @Nested
    final class WithItsOwnDriver extends ProxiedBudget {
        WithItsOwnDriver() {
            super(MariaDbServer.shared(), MariaDbServer.shared().url());
        }

        @Override
        int joinedAcquire() {
            return LOCK_AND_TOKEN;
        }

        /** The transaction is begun and ended by a setting of the session. */
        @Override
        int acquireOfPermits() {
            return 7;
        }
    }

    @Nested
    final class WithMySqlsDriver extends ProxiedBudget {
        WithMySqlsDriver() {
            super(MariaDbServer.shared(), MariaDbServer.shared().mysqlUrl());
        }

        @Override
        int joinedAcquire() {
            return LOCK_AND_TOKEN;
        }

        /** The transaction is begun and ended by a setting of the session. */
        @Override
        int acquireOfPermits() {
            return 7;
        }
    }
}
