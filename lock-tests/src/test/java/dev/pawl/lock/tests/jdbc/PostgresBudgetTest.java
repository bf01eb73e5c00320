package dev.pawl.lock.tests.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.tests.Bench;
import dev.pawl.lock.tests.servers.PostgresServer;
import java.sql.ResultSet;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

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
