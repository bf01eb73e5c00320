package dev.pawl.lock.fencing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.StaleTokenException;
import dev.pawl.lock.testservers.PostgresServer;
import dev.pawl.lock.testservers.SqlServer;
import dev.pawl.lock.testservers.TcpProxy;
import dev.pawl.lock.testservers.TestedDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What only PostgreSQL can: a guard that costs no round trip, and a table that refuses whoever has not entered. */
@Timeout(180)
class PostgresFencingTest {

    private static final String LOCK = "it's inventory\\42";
    private static final String UPDATE = "UPDATE guarded SET text = ? WHERE id = ?";

    private final JdbcFencingGuard guard = JdbcFencingGuard.create();
    private final PostgresServer server = PostgresServer.shared();
    private final TcpProxy proxy = TcpProxy.to(server.port());
    private Connection connection = connect("");

    private Connection connect(String parameters) {
        try {
            server.heal();
            boolean unused = server.ask(admin -> {
                GuardedTable.create(admin);
                try (Statement statement = admin.createStatement()) {
                    return statement.execute("INSERT INTO guarded (id, text) VALUES ('42', 'none')");
                }
            });
            Connection made = DriverManager.getConnection(proxy.through(server.url()) + parameters);
            made.setAutoCommit(false);
            return made;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void warmUp() throws SQLException {
        for (int i = 0; i < 10; i++) {
            plainWrite();
            guard.update(connection, token(1), UPDATE, "warm", "42");
            connection.commit();
        }
    }

    @AfterEach
    void close() throws SQLException {
        if (!connection.isClosed()) {
            connection.rollback();
            connection.close();
        }
        proxy.close();
    }

    private static FencingToken token(long value) {
        return new FencingToken(LOCK, value);
    }

    private void plainWrite() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(UPDATE)) {
            statement.setString(1, "plain");
            statement.setString(2, "42");
            statement.executeUpdate();
        }
    }

    // Round trips

    @Test
    void aGuardedTransaction_costsAsManyRoundTripsAsAnUnguardedOne() throws SQLException {
        List<Long> plain = LongStream.range(0, 20)
                .map(i -> roundTrips(() -> {
                    plainWrite();
                    connection.commit();
                }))
                .boxed()
                .toList();
        List<Long> guarded = LongStream.range(0, 20)
                .map(i -> roundTrips(() -> {
                    assertThat(guard.update(connection, token(2), UPDATE, "guarded", "42"))
                            .isEqualTo(1);
                    connection.commit();
                }))
                .boxed()
                .toList();
        assertThat(plain).containsOnly(2L);
        assertThat(guarded).isEqualTo(plain);
    }

    @Test
    void enteringByItself_isOneRoundTrip_andARefusalToo() throws SQLException {
        assertThat(roundTrips(() -> guard.enter(connection, token(5)))).isEqualTo(1);
        connection.commit();
        assertThat(roundTrips(() -> assertThatExceptionOfType(StaleTokenException.class)
                        .isThrownBy(() -> guard.enter(connection, token(4)))))
                .isEqualTo(1);
    }

    private interface Action {
        void run() throws SQLException;
    }

    private long roundTrips(Action action) {
        long before = proxy.roundTrips();
        try {
            action.run();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return proxy.roundTrips() - before;
    }

    // Nothing of what follows a stale token is carried out, however the driver speaks

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "&preferQueryMode=simple",
                "&preferQueryMode=extendedForPrepared",
                "&prepareThreshold=1",
                "&prepareThreshold=-1",
                "&autosave=always",
                "&autosave=conservative",
                "&options=-c%20standard_conforming_strings=off",
                "&options=-c%20default_transaction_isolation=serializable",
                "&options=-c%20statement_timeout=5000"
            })
    void aStaleToken_stopsTheStatementBehindIt(String parameters) throws SQLException {
        connection.close();
        connection = connect(parameters);
        for (int i = 0; i < 8; i++) {
            assertThat(guard.update(connection, token(30), UPDATE, "new " + i, "42"))
                    .isEqualTo(1);
            connection.commit();
            assertThatExceptionOfType(StaleTokenException.class)
                    .isThrownBy(() -> guard.update(connection, token(29), UPDATE, "LATE", "42"))
                    .satisfies(e -> assertThat(e.newest()).isEqualTo(30));
            // Even when nobody looks at the exception.
            try {
                connection.commit();
            } catch (SQLException e) {
                connection.rollback();
            }
            assertThat(text()).isEqualTo("new " + i);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pawl: stale, newest 31",
                "pawl: stale, newest 3 is over 30 of lock " + LOCK + ";",
                "pawl: stale, newest 31 is over 29 of lock " + LOCK + ";",
                "pawl: stale, newest 31 is over 30 of lock another;",
                "pawl: stale, newest 99999999999999999999999 is over 30 of lock " + LOCK + ";",
                "pawl: stale, newest 9999999999999999999 is over 30 of lock " + LOCK + ";"
            })
    void aValueOfTheStatementItself_isNeverAStaleToken(String value) throws SQLException {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> guard.update(
                        connection, token(30), "UPDATE guarded SET fence = CAST(CAST(? AS text) AS bigint)", value))
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("22P02"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"pawl_fence_log", "my_pawl_fence", "pg_temp.pawl_fence"})
    void aMissingTableOfANameLikeTheFences_isTheCallersOwn(String table) {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> guard.update(connection, token(30), "INSERT INTO " + table + " VALUES (1)"))
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("42P01"));
    }

    @Test
    void aMissingFenceTable_isSaid_howeverItsNameIsSpelt() {
        assertThatExceptionOfType(LockBackendException.class)
                .isThrownBy(() ->
                        JdbcFencingGuard.create("public.No_Fence").update(connection, token(30), UPDATE, "LATE", "42"))
                .withMessageContainingAll("public.No_Fence", "createTable");
    }

    private String text() {
        return server.ask(admin -> {
            try (Statement statement = admin.createStatement();
                    var rows = statement.executeQuery("SELECT text FROM guarded WHERE id = '42'")) {
                assertThat(rows.next()).isTrue();
                return rows.getString(1);
            }
        });
    }

    // The trigger

    private void requireEntered(String... lock) {
        boolean unused = server.ask(admin -> {
            if (lock.length == 0) {
                guard.requireEntered(admin, "guarded");
            } else {
                guard.requireEntered(admin, "guarded", lock[0]);
            }
            return true;
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO guarded (id) VALUES ('43')",
                "UPDATE guarded SET text = 'LATE'",
                "DELETE FROM guarded",
                "TRUNCATE guarded",
                "INSERT INTO guarded (id) VALUES ('42') ON CONFLICT (id) DO UPDATE SET text = 'LATE'"
            })
    void withTheTrigger_aWriteOutsideOfAnEnteredTransaction_isRefused(String write) throws SQLException {
        requireEntered();
        requireEntered();
        assertRefused(write, "any lock");
        guard.enter(connection, token(5));
        execute(write);
        connection.rollback();
        assertRefused(write, "any lock");
        guard.enter(connection, token(5));
        connection.commit();
        assertRefused(write, "any lock");
        assertThat(guard.update(connection, token(5), write)).isNotNegative();
        connection.commit();
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void assertRefused(String write, String message) throws SQLException {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> execute(write))
                .withMessageContainingAll("guarded", message, "JdbcFencingGuard.enter");
        connection.rollback();
    }

    @Test
    void withTheTrigger_onlyTheLockOfTheTableWillDo() throws SQLException {
        requireEntered(LOCK);
        guard.enter(connection, new FencingToken("another", 1));
        assertRefused("DELETE FROM guarded", "inventory");
        guard.enter(connection, new FencingToken("another", 1));
        guard.enter(connection, token(7));
        guard.enter(connection, token(7));
        execute("DELETE FROM guarded");
        connection.commit();
    }

    @Test
    void withTheTrigger_aStaleTokenHasNotEntered() throws SQLException {
        requireEntered(LOCK);
        guard.enter(connection, token(7));
        connection.commit();
        assertThatExceptionOfType(StaleTokenException.class).isThrownBy(() -> guard.enter(connection, token(6)));
        assertRefused("DELETE FROM guarded", "inventory");
    }

    @Test
    void withTheTrigger_enteringIsUndoneWithASavepoint() throws SQLException {
        requireEntered();
        Savepoint savepoint = connection.setSavepoint();
        guard.enter(connection, token(9));
        connection.rollback(savepoint);
        assertRefused("DELETE FROM guarded", "any lock");
        guard.enter(connection, token(8));
        assertThatCode(() -> execute("DELETE FROM guarded")).doesNotThrowAnyException();
    }

    private void asAdmin(String... statements) {
        boolean unused = server.ask(admin -> {
            try (Statement statement = admin.createStatement()) {
                for (String sql : statements) {
                    statement.execute(sql);
                }
            }
            return true;
        });
    }

    @Test
    void theTriggersFunction_isWithItsTable_whereItsOwnerMayCreate() throws SQLException {
        asAdmin(
                "DROP SCHEMA IF EXISTS shop CASCADE",
                "DROP ROLE IF EXISTS shopkeeper",
                "CREATE ROLE shopkeeper LOGIN PASSWORD 'shop-secret'",
                "CREATE SCHEMA shop AUTHORIZATION shopkeeper",
                "REVOKE CREATE ON SCHEMA public FROM PUBLIC");
        // Another owner's function of that name is in everybody's search path.
        requireEntered();
        try (Connection owner = DriverManager.getConnection(server.jdbcUrl(), "shopkeeper", "shop-secret")) {
            try (Statement statement = owner.createStatement()) {
                statement.execute("CREATE TABLE shop.stock (id int)");
            }
            guard.requireEntered(owner, "shop.stock");
            guard.requireEntered(owner, "shop.stock", LOCK);
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> {
                        try (Statement statement = owner.createStatement()) {
                            statement.execute("INSERT INTO shop.stock VALUES (1)");
                        }
                    })
                    .withMessageContainingAll("stock", "inventory");
        } finally {
            asAdmin("DROP SCHEMA shop CASCADE", "DROP ROLE shopkeeper");
        }
        guard.enter(connection, token(5));
        execute("UPDATE guarded SET text = 'entered'");
    }

    @Test
    void aPartitionedTable_isProtected_andAPartOfIt_orAChild_isRefused() throws SQLException {
        asAdmin(
                "DROP TABLE IF EXISTS parted, parent CASCADE",
                "CREATE TABLE parted (id int) PARTITION BY RANGE (id)",
                "CREATE TABLE part PARTITION OF parted FOR VALUES FROM (0) TO (10)",
                "CREATE TABLE parent (id int)",
                "CREATE TABLE child () INHERITS (parent)");
        try {
            for (String part : List.of("part:parted", "public.child:parent")) {
                String[] names = part.split(":", 2);
                boolean unused = server.ask(admin -> {
                    assertThatExceptionOfType(LockBackendException.class)
                            .isThrownBy(() -> guard.requireEntered(admin, names[0]))
                            .withMessageContainingAll(names[0], "protect " + names[1]);
                    return true;
                });
            }
            for (String table : List.of("parted", "parent")) {
                boolean unused = server.ask(admin -> {
                    guard.requireEntered(admin, table);
                    return true;
                });
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(() -> execute("INSERT INTO " + table + " VALUES (1)"))
                        .withMessageContainingAll(table, "any lock");
                connection.rollback();
                guard.enter(connection, token(5));
                execute("INSERT INTO " + table + " VALUES (1)");
                execute("DELETE FROM " + table);
                connection.commit();
            }
        } finally {
            connection.rollback();
            asAdmin("DROP TABLE parted, parent CASCADE");
        }
    }

    @Test
    void aMissingTable_getsNoTrigger() {
        boolean unused = server.ask(admin -> {
            assertThatExceptionOfType(LockBackendException.class)
                    .isThrownBy(() -> guard.requireEntered(admin, "no_such_table"))
                    .withMessageContaining("no table no_such_table");
            return true;
        });
    }

    @ParameterizedTest
    @EnumSource(names = {"MARIADB", "H2"})
    void elsewhere_theTriggerIsRefused(TestedDatabase database) {
        SqlServer other = database.healed();
        boolean unused = other.ask(admin -> {
            assertThatExceptionOfType(LockBackendException.class)
                    .isThrownBy(() -> guard.requireEntered(admin, "guarded"))
                    .withMessageContaining("only PostgreSQL");
            return true;
        });
    }
}
