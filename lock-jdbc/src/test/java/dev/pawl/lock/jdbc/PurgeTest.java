package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.LockClient;
import dev.pawl.lock.jdbc.internal.dialect.Dialect;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.SqlServer;
import dev.pawl.lock.testservers.TestedDatabase;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The rows of names that nobody uses any more: thousands, while the locks that are used are held for moments only. */
@Timeout(120)
final class PurgeTest {

    private static final String IDLE_RETENTION = "pawl.jdbc.idle-retention=10m";
    private static final int OLD = 1_200;

    private final SqlClients clients = new SqlClients();

    @AfterEach
    void close() throws Exception {
        clients.close();
    }

    @ParameterizedTest
    @EnumSource
    void oldRows_areRemovedByAClient_whoseHoldsAreTooShortToBeRenewed(TestedDatabase database) {
        SqlServer server = database.healed();
        assertOldRowsGo(server, clients.connect(server.url(), IDLE_RETENTION));
    }

    @ParameterizedTest
    @EnumSource(
            names = {"H2"},
            mode = EnumSource.Mode.EXCLUDE)
    void oldRows_areRemovedByAClientInRowMode(TestedDatabase database) {
        SqlServer server = database.healed();
        assertOldRowsGo(server, clients.connect(server.url(), IDLE_RETENTION, "pawl.jdbc.mode=row"));
    }

    /** Nobody who lives has waited for as long as that for a lock that is free. */
    @Test
    void onPostgres_anOldRow_isRemovedWithThePlacesOfTheDead() throws Exception {
        SqlServer server = TestedDatabase.POSTGRESQL.healed();
        LockClient client = clients.connect(server.url(), IDLE_RETENTION);
        insertOld(server, 1);
        server.ask(admin -> {
            try (Statement statement = admin.createStatement()) {
                return statement.executeUpdate("UPDATE pawl_lock SET waiters = '{dead:1,dead:2}'");
            }
        });
        client.lock("used").acquire().close();
        Bench.await("the end of the old row").until(() -> old(server) == 0);
    }

    /** It would be locked, or gone, when the one who has made it tries for it: a lock that nobody has would be told to be held. */
    @ParameterizedTest
    @EnumSource
    void theRowOfALockThatNobodyHasHadYet_isNoOldRow(TestedDatabase database) {
        SqlServer server = database.healed();
        clients.connect(server.url(), IDLE_RETENTION)
                .lock("used")
                .tryAcquire()
                .orElseThrow()
                .close();
        int purged = server.ask(admin -> {
            Dialect dialect = Dialects.behind(admin, "pawl_lock", Dialect.ROW_WAIT);
            dialect.createRow(admin, "new");
            return dialect.purge(admin, Duration.ofMinutes(10));
        });
        assertThat(purged).isZero();
    }

    private static void assertOldRowsGo(SqlServer server, LockClient client) {
        insertOld(server, OLD);
        Bench.await("the end of the old rows").until(() -> {
            client.lock("used").acquire().close();
            return old(server) == 0;
        });
    }

    private static void insertOld(SqlServer server, int count) {
        server.ask(admin -> {
            try (PreparedStatement insert = admin.prepareStatement(
                    "INSERT INTO pawl_lock (name, owner, token, previous, expires_at, lease_micros)"
                            + " VALUES (?, '', 2, 1, '1970-01-01 00:00:00', 0)")) {
                for (int i = 0; i < count; i++) {
                    insert.setString(1, "old-" + i);
                    insert.addBatch();
                }
                return insert.executeBatch();
            }
        });
    }

    private static int old(SqlServer server) {
        return server.ask(admin -> {
            try (Statement statement = admin.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT count(*) FROM pawl_lock WHERE name LIKE 'old-%'")) {
                rows.next();
                return rows.getInt(1);
            }
        });
    }
}
