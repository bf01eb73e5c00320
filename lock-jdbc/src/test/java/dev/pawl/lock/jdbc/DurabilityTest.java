package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.pawl.lock.Guarantees;
import dev.pawl.lock.Guarantees.TokenDurability;
import dev.pawl.lock.testservers.SqlServer;
import dev.pawl.lock.testservers.TestedDatabase;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a crash of the server can undo is told by the guarantees. The servers of the tests do not wait for their disks. */
@Timeout(120)
final class DurabilityTest {

    private final SqlClients clients = new SqlClients();

    @AfterEach
    void close() throws Exception {
        clients.close();
    }

    private static void execute(SqlServer server, String sql) {
        server.ask(admin -> {
            try (Statement statement = admin.createStatement()) {
                return statement.execute(sql);
            }
        });
    }

    private static void assertFloored(Guarantees guarantees, String why) {
        assertThat(guarantees.tokenDurability()).isEqualTo(TokenDurability.CLOCK_FLOORED);
        assertThat(guarantees.summary()).contains(why);
    }

    @Test
    void synchronousCommitsSwitchedOffForARole_areToldOfTheApplicationsPool_andSwitchedOnInOurs() {
        SqlServer server = TestedDatabase.POSTGRESQL.healed();
        execute(server, "ALTER ROLE pawl SET synchronous_commit = off");
        HikariDataSource pool = clients.closing(new HikariDataSource());
        pool.setJdbcUrl(server.url());

        assertFloored(clients.using(pool).guarantees(), "synchronous_commit=off");
        assertThat(clients.connect(server.url()).guarantees().summary()).doesNotContain("synchronous_commit");
    }

    @Test
    void postgresThatNeverWaitsForItsDisk_isNotCalledDurable() {
        assertFloored(clients.connect(TestedDatabase.POSTGRESQL.healed().url()).guarantees(), "fsync=off");
    }

    @Test
    void mariaDbAndMySqlThatDoNotWaitForTheirDisks_areNotCalledDurable() {
        for (TestedDatabase database : new TestedDatabase[] {TestedDatabase.MARIADB, TestedDatabase.MYSQL}) {
            SqlServer server = database.healed();
            assertFloored(clients.connect(server.url()).guarantees(), "innodb_flush_log_at_trx_commit=2");

            execute(server, "SET GLOBAL innodb_flush_log_at_trx_commit = 1");
            assertThat(clients.connect(server.url()).guarantees().tokenDurability())
                    .isEqualTo(TokenDurability.DURABLE);
        }
    }
}
