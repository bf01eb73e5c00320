package dev.pawl.lock.jdbc;

import dev.pawl.lock.testservers.MySqlServer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledIf;

/** The budget on MySQL. Not encrypted: a handshake's messages cannot be told from exchanges. */
@EnabledIf(value = "dev.pawl.lock.testservers.MySqlServer#isAvailable", disabledReason = "MySQL runs in Docker")
final class MySqlBudgetTest {

    private static String url() {
        return MySqlServer.shared().url() + "&sslMode=DISABLED&allowPublicKeyRetrieval=true";
    }

    @Nested
    final class InLeaseMode extends ProxiedBudget {
        InLeaseMode() {
            super(MySqlServer.shared(), MySqlBudgetTest.url());
        }

        /** The clock of the statement that locks the row may be older than the token of a holder that was rolled back. */
        @Override
        int joinedAcquire() {
            return 2;
        }

        /** The transaction is begun and ended by a setting of the session. */
        @Override
        int acquireOfPermits() {
            return 7;
        }

        /** Several rows in one statement would need one that returns rows. */
        @Override
        int lockAllOfThree() {
            return 3;
        }
    }

    @Nested
    final class InRowMode extends RowBudget {
        InRowMode() {
            super(MySqlServer.shared(), MySqlBudgetTest.url(), 3, 2);
        }
    }
}
