package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The budget on PostgreSQL. */
final class PostgresBudgetTest extends ProxiedBudget {

    private static final PostgresServer server = PostgresServer.shared();

    PostgresBudgetTest() {
        super(server, server.url());
    }

    /** The server writes to its log by itself now and then: a run without that is waited for. */
    @Test
    void tryAcquireOfALockThatAnotherHolds_writesNothing() {
        DistributedLock lock = uncounted().lock("busy");
        try (Lease other = Bench.hold(uncounted(), "busy")) {
            Bench.await("tries that leave the end of the log where it was").until(() -> {
                String before = endOfLog();
                for (int i = 0; i < 20; i++) {
                    assertThat(lock.tryAcquire()).isEmpty();
                }
                return endOfLog().equals(before);
            });
            other.ensureValid();
        }
    }

    /** Its snapshot is no reason to take a savepoint first. */
    @ParameterizedTest
    @ValueSource(ints = {Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE})
    void joinedAcquireInAnotherIsolation_staysWithinTheBudget(int isolation) throws Exception {
        uncounted().lock("joined").acquire().close();
        try (Connection transaction = countedConnection()) {
            transaction.setTransactionIsolation(isolation);
            transaction.setAutoCommit(false);
            Counted costs = new Counted(this::spent, () -> {
                transaction.rollback();
                transaction.createStatement().execute("SELECT 1");
            });
            assertThat(costs.costs(
                            () -> JdbcLocks.lockIn(transaction, "joined", Duration.ofSeconds(1)),
                            transaction::rollback))
                    .isEqualTo(Counted.always(joinedAcquire()));
        }
    }

    private static String endOfLog() {
        return server.ask(admin -> {
            try (Statement statement = admin.createStatement();
                    ResultSet row = statement.executeQuery("SELECT pg_current_wal_insert_lsn()")) {
                row.next();
                return row.getString(1);
            }
        });
    }
}
