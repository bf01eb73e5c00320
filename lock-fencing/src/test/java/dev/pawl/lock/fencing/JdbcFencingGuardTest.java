package dev.pawl.lock.fencing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.StaleTokenException;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.MariaDbServer;
import dev.pawl.lock.testservers.SqlServer;
import dev.pawl.lock.testservers.TestedDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Entering, in the transactions of each database. What it shares with other guards is in the contract. */
@Timeout(180)
class JdbcFencingGuardTest {

    private static final String LOCK = "inventory/42";

    private final JdbcFencingGuard guard = JdbcFencingGuard.create();
    private final List<Connection> opened = new ArrayList<>();
    private @Nullable SqlServer started;

    private void start(TestedDatabase database) {
        started = database.healed();
        boolean unused = server().ask(admin -> {
            GuardedTable.create(admin);
            try (Statement statement = admin.createStatement()) {
                return statement.execute("INSERT INTO guarded (id, text) VALUES ('42', 'none')");
            }
        });
    }

    private SqlServer server() {
        return Objects.requireNonNull(started, "started");
    }

    @AfterEach
    void close() throws SQLException {
        for (Connection connection : opened) {
            if (!connection.isClosed() && !connection.getAutoCommit()) {
                connection.rollback();
            }
            connection.close();
        }
    }

    private Connection transaction(int isolation) throws SQLException {
        Connection connection = DriverManager.getConnection(server().url());
        opened.add(connection);
        GuardedTable.waitLongForRows(connection);
        connection.setTransactionIsolation(isolation);
        connection.setAutoCommit(false);
        return connection;
    }

    private Connection transaction() throws SQLException {
        return transaction(Connection.TRANSACTION_READ_COMMITTED);
    }

    private static FencingToken token(long value) {
        return new FencingToken(LOCK, value);
    }

    private static void write(Connection connection, String text) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("UPDATE guarded SET text = ? WHERE id = '42'")) {
            statement.setString(1, text);
            statement.executeUpdate();
        }
    }

    private static String read(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT text FROM guarded WHERE id = '42'")) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }

    private String committed() {
        return server().ask(JdbcFencingGuardTest::read);
    }

    private void assertStale(Connection transaction, long value, long newest) {
        assertThatExceptionOfType(StaleTokenException.class)
                .isThrownBy(() -> guard.enter(transaction, token(value)))
                .satisfies(e -> assertThat(e.newest()).isEqualTo(newest));
    }

    @ParameterizedTest
    @EnumSource
    void aTransactionThatIsRolledBack_hasNotEntered(TestedDatabase database) throws SQLException {
        start(database);
        Connection first = transaction();
        guard.enter(first, token(10));
        first.rollback();
        guard.enter(first, token(5));
        first.commit();
        guard.enter(first, token(20));
        first.rollback();
        Connection second = transaction();
        guard.enter(second, token(6));
        second.commit();
        assertStale(first, 5, 6);
    }

    @ParameterizedTest
    @EnumSource
    void aStaleToken_leavesTheTransactionUsable(TestedDatabase database) throws SQLException {
        start(database);
        Connection connection = transaction();
        guard.enter(connection, token(10));
        connection.commit();
        assertStale(connection, 9, 10);
        guard.enter(connection, new FencingToken("another", 1));
        write(connection, "under another lock");
        connection.commit();
        assertThat(committed()).isEqualTo("under another lock");
    }

    @ParameterizedTest
    @EnumSource
    void aHolder_entersSeveralTransactions_andSeveralTimesInOne(TestedDatabase database) throws SQLException {
        start(database);
        Connection connection = transaction();
        for (int i = 0; i < 3; i++) {
            guard.enter(connection, token(10));
            guard.enter(connection, token(10));
            write(connection, "write " + i);
            connection.commit();
        }
        assertThat(committed()).isEqualTo("write 2");
    }

    static Stream<Arguments> isolations() {
        return Stream.of(TestedDatabase.values())
                .flatMap(database -> Stream.of(
                                Connection.TRANSACTION_READ_COMMITTED,
                                Connection.TRANSACTION_REPEATABLE_READ,
                                Connection.TRANSACTION_SERIALIZABLE)
                        .map(isolation -> Arguments.of(database, isolation)));
    }

    @ParameterizedTest
    @MethodSource("isolations")
    void aStaleWriterThatBlocksWhileTheNewerCommits_isNotLetIn(TestedDatabase database, int isolation)
            throws Exception {
        start(database);
        Connection first = transaction(isolation);
        guard.enter(first, token(5));
        first.commit();
        Connection newer = transaction(isolation);
        guard.enter(newer, token(20));
        write(newer, "new");
        Connection stale = transaction(isolation);
        CompletableFuture<RuntimeException> late = CompletableFuture.supplyAsync(() -> entering(stale, 10));
        awaitBlocked(database);
        newer.commit();

        assertNotLetIn(stale, late.join(), isolation);
        assertThat(committed()).isEqualTo("new");
    }

    @ParameterizedTest
    @MethodSource("isolations")
    void aStaleWriterWithAnOldSnapshot_isNotLetIn(TestedDatabase database, int isolation) throws Exception {
        start(database);
        Connection stale = transaction(isolation);
        guard.enter(stale, token(5));
        stale.commit();
        assertThat(read(stale)).isEqualTo("none");
        if (isolation == Connection.TRANSACTION_SERIALIZABLE && database != TestedDatabase.POSTGRESQL) {
            // What was read is locked there, so that the newer would wait: the snapshot is of another table.
            stale.rollback();
            read(stale, "SELECT count(*) FROM pawl_fence WHERE lock_name = 'another'");
        }
        Connection newer = transaction();
        guard.enter(newer, token(20));
        write(newer, "new");
        newer.commit();

        assertNotLetIn(stale, entering(stale, 10), isolation);
        assertThat(committed()).isEqualTo("new");
    }

    private static void read(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
        }
    }

    /** What it throws; the transaction is not ended. */
    private RuntimeException entering(Connection transaction, long value) {
        try {
            guard.enter(transaction, token(value));
            return new IllegalStateException("token " + value + " was let in");
        } catch (StaleTokenException | LockBackendException e) {
            return e;
        }
    }

    /** By its token, or, with a snapshot that must not be left, as a conflict; and then by its token. */
    private void assertNotLetIn(Connection stale, RuntimeException refused, int isolation) throws SQLException {
        if (refused instanceof LockBackendException conflict) {
            assertThat(isolation).isNotEqualTo(Connection.TRANSACTION_READ_COMMITTED);
            assertThat(conflict).hasMessageContaining("roll back and begin again");
            assertThat(conflict.getCause()).isInstanceOf(SQLException.class);
        } else {
            assertThat(refused).isInstanceOf(StaleTokenException.class);
        }
        stale.rollback();
        assertStale(stale, 10, 20);
    }

    private void awaitBlocked(TestedDatabase database) {
        Bench.await("a session that waits for a row")
                .pollInterval(TestedDatabase.BETWEEN_LOOKS)
                .until(() -> server().ask(admin -> {
                    try (Statement statement = admin.createStatement();
                            ResultSet rows = statement.executeQuery(database.blockedSessions())) {
                        return rows.next() && rows.getInt(1) > 0;
                    }
                }));
    }

    @ParameterizedTest
    @EnumSource
    void aConnectionInAutocommitMode_isRefusedBeforeAnyWrite(TestedDatabase database) throws SQLException {
        start(database);
        Connection connection = transaction();
        connection.setAutoCommit(true);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> guard.enter(connection, token(10)))
                .withMessageContainingAll(LOCK, "setAutoCommit(false)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> guard.update(connection, token(10), "UPDATE guarded SET text = 'LATE'"))
                .withMessageContainingAll(LOCK, "setAutoCommit(false)");
        assertThat(committed()).isEqualTo("none");
        connection.setAutoCommit(false);
        guard.enter(connection, token(1));
        connection.commit();
    }

    @ParameterizedTest
    @EnumSource
    void aMissingTable_isAnErrorWithItsDdl_whichWorks(TestedDatabase database) throws SQLException {
        start(database);
        JdbcFencingGuard other = JdbcFencingGuard.create("other_fence");
        Connection connection = transaction();
        LockBackendException missing = (LockBackendException) catchThrowable(() -> other.enter(connection, token(10)));
        connection.rollback();
        assertThat(missing).hasMessageContainingAll(LOCK, "other_fence", "createTable", "CREATE TABLE");
        assertThat(catchThrowable(() -> other.update(connection, token(10), "UPDATE guarded SET text = 'LATE'")))
                .isInstanceOf(LockBackendException.class)
                .hasMessageContainingAll("other_fence", "CREATE TABLE");
        connection.rollback();
        assertThat(committed()).isEqualTo("none");

        String message = String.valueOf(missing.getMessage());
        String ddl = message.substring(message.indexOf("CREATE TABLE"), message.lastIndexOf(" ["));
        boolean unused = server().ask(admin -> {
            try (Statement statement = admin.createStatement()) {
                return statement.execute(ddl);
            }
        });
        other.enter(connection, token(10));
        connection.commit();
    }

    private interface Action {
        void run() throws Exception;
    }

    private static Throwable catchThrowable(Action action) {
        try {
            action.run();
        } catch (Exception e) {
            return e;
        }
        return new AssertionError("nothing was thrown");
    }

    @ParameterizedTest
    @EnumSource
    void theTable_isCreatedOnce_byAnyNumberAtATime_andNotInATransaction(TestedDatabase database) throws Exception {
        start(database);
        JdbcFencingGuard other = JdbcFencingGuard.create("other_fence");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> other.createTable(transaction()))
                .withMessageContaining("autocommit");
        List<CompletableFuture<Void>> creators = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Connection connection = transaction();
            connection.setAutoCommit(true);
            creators.add(CompletableFuture.runAsync(() -> {
                other.createTable(connection);
                other.createTable(connection);
            }));
        }
        creators.forEach(CompletableFuture::join);
        Connection connection = transaction();
        other.enter(connection, token(1));
        connection.commit();
    }

    @ParameterizedTest
    @EnumSource
    void aFailureOfTheStatementItself_isTheCallersOwn(TestedDatabase database) throws SQLException {
        start(database);
        Connection connection = transaction();
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> guard.update(connection, token(5), "INSERT INTO guarded (id) VALUES (?)", "42"));
        connection.rollback();
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> guard.update(connection, token(5), "UPDATE no_such_table SET a = 1"));
        connection.rollback();
        guard.enter(connection, token(1));
        connection.rollback();
    }

    @ParameterizedTest
    @EnumSource
    void anUpdate_saysHowManyRowsItChanged_andTakesNulls(TestedDatabase database) throws SQLException {
        start(database);
        Connection connection = transaction();
        assertThat(guard.update(connection, token(5), "UPDATE guarded SET text = ? WHERE id = ?", "new", "42"))
                .isEqualTo(1);
        assertThat(guard.update(connection, token(5), "UPDATE guarded SET text = ? WHERE id = ?", "new", "43"))
                .isZero();
        assertThat(guard.update(connection, token(5), "UPDATE guarded SET text = ? WHERE id = ?", null, "42"))
                .isEqualTo(1);
        connection.commit();
        assertThat(committed()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "&useServerPrepStmts=true", "&allowMultiQueries=true&useAffectedRows=true"})
    void mariaDbByTheDriverOfMySql_isGuardedLikeByItsOwn(String parameters) throws SQLException {
        start(TestedDatabase.MARIADB);
        String url = ((MariaDbServer) server()).mysqlUrl() + parameters;
        JdbcFencingGuard other = JdbcFencingGuard.create("other_fence");
        try (Connection connection = DriverManager.getConnection(url)) {
            other.createTable(connection);
            connection.setAutoCommit(false);
            for (int i = 0; i < 3; i++) {
                other.enter(connection, token(10));
                assertThat(other.update(
                                connection, token(10), "UPDATE guarded SET text = ? WHERE id = '42'", "new " + i))
                        .isEqualTo(1);
                connection.commit();
                assertThatExceptionOfType(StaleTokenException.class)
                        .isThrownBy(() -> other.enter(connection, token(9)))
                        .satisfies(e -> assertThat(e.newest()).isEqualTo(10));
                assertThatExceptionOfType(StaleTokenException.class)
                        .isThrownBy(() -> other.update(connection, token(9), "UPDATE guarded SET text = 'LATE'"));
                connection.commit();
                assertThat(committed()).isEqualTo("new " + i);
            }
            other.reset(connection, LOCK, 3);
            other.enter(connection, token(3));
            connection.commit();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"POSTGRESQL", "MARIADB"})
    void anUpdateThatReturnsRows_saysHowManyItWrote(TestedDatabase database) throws SQLException {
        start(database);
        Connection connection = transaction();
        String insert = "INSERT INTO guarded (id, text) VALUES (?, 'a'), (?, 'b') RETURNING id";
        assertThat(guard.update(connection, token(5), insert, "43", "44")).isEqualTo(2);
        connection.commit();
        String none = "DELETE FROM guarded WHERE id = 'none' RETURNING id";
        assertThat(guard.update(connection, token(5), none)).isZero();
        connection.commit();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ";MODE=MySQL", ";MODE=PostgreSQL", ";MODE=Oracle", ";MODE=MSSQLServer", ";MODE=LEGACY"})
    void onH2_namesThatDifferInCaseOnly_areTwoLocks(String settings) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:" + settings + ";IGNORECASE=TRUE")) {
            guard.createTable(connection);
            connection.setAutoCommit(false);
            for (String name : List.of("name", "Name", "i", "I", "\u0130")) {
                guard.enter(connection, new FencingToken(name, 10));
                connection.commit();
                guard.enter(connection, new FencingToken(name, 20));
                connection.commit();
            }
        }
    }
}
