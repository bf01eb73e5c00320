package dev.pawl.lock.jdbc;

import dev.pawl.lock.testservers.PostgresServer;

/** The budget of row mode on PostgreSQL. */
final class PostgresRowBudgetTest extends RowBudget {

    PostgresRowBudgetTest() {
        super(PostgresServer.shared(), PostgresServer.shared().url(), 1, 1);
    }
}
