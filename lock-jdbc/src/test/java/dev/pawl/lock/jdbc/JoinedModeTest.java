package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockException;
import dev.pawl.lock.LockTimeoutException;
import dev.pawl.lock.testservers.TcpProxy;
import dev.pawl.lock.testservers.TestedDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Locks in the caller's own transaction, on each database. */
class JoinedModeTest {

    private static final Duration BRIEF = Duration.ofMillis(300);
    private static final Duration PATIENT = Duration.ofSeconds(10);
    private static final Duration ENDLESS = Duration.ofSeconds(40);

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private String url = "";

    @AfterEach
    void close() throws Exception {
        threads.shutdown();
        for (AutoCloseable resource : opened) {
            resource.close();
        }
    }

    private void start(TestedDatabase database) {
        url = database.healed().url();
        try (LockClient creator = LockClient.connect(url)) {
            creator.lock("a").tryAcquire().orElseThrow().close();
        }
    }

    private Connection transaction() throws SQLException {
        return transaction(url);
    }

    private Connection transaction(String at) throws SQLException {
        Connection connection = DriverManager.getConnection(at);
        opened.add(() -> {
            connection.rollback();
            connection.close();
        });
        connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        connection.setAutoCommit(false);
        return connection;
    }

    @ParameterizedTest
    @EnumSource
    void commitAndRollback_endTheLock_andTokensGoUp(TestedDatabase database) throws SQLException {
        start(database);
        List<FencingToken> tokens = new ArrayList<>();
        Connection first = transaction();
        Connection second = transaction();
        for (int i = 0; i < 10; i++) {
            tokens.add(JdbcLocks.lockIn(first, "job", PATIENT));
            assertThatThrownBy(() -> JdbcLocks.lockIn(second, "job", Duration.ZERO))
                    .isInstanceOf(LockTimeoutException.class)
                    .hasMessageContaining("job");
            if (i % 2 == 0) {
                first.commit();
            } else {
                first.rollback();
            }
            tokens.add(JdbcLocks.lockIn(second, "job"));
            second.rollback();
        }
        assertThat(tokens).isSorted().doesNotHaveDuplicates();
    }

    /** The token of the transaction that is rolled back is in no row: only the clock says that the next one comes after it. */
    @ParameterizedTest
    @EnumSource
    void aTransactionThatBeganBefore_getsALaterTokenThanOneThatWasRolledBack(TestedDatabase database)
            throws SQLException {
        start(database);
        Connection early = transaction();
        Connection late = transaction();
        JdbcLocks.lockIn(early, "other");
        FencingToken undone = JdbcLocks.lockIn(late, "job");
        late.rollback();
        assertThat(JdbcLocks.lockIn(early, "job")).isGreaterThan(undone);
    }

    /** Two make the row of a new name at once: one waits for the other, whose row then vanishes. */
    @ParameterizedTest
    @EnumSource
    void aNewNameWhoseFirstHolderRollsBack_hasTokensInOrder(TestedDatabase database) throws Exception {
        start(database);
        List<Connection> both = List.of(transaction(), transaction());
        for (int round = 0; round < 500; round++) {
            assertTakenInTurn(both, "new-" + round, Connection::rollback);
        }
    }

    /** Those that wait for whoever makes the row must not share it afterwards: then nobody has it alone. */
    @ParameterizedTest
    @EnumSource
    void aNewNameThatManyTakeAtOnce_isHadByOneAfterTheOther(TestedDatabase database) throws Exception {
        start(database);
        List<Connection> all = List.of(transaction(), transaction(), transaction(), transaction());
        for (int round = 0; round < 20; round++) {
            assertTakenInTurn(all, "many-" + round, transaction -> {
                Thread.sleep(20);
                transaction.commit();
            });
        }
    }

    /** How a holder's transaction ends. */
    @FunctionalInterface
    private interface End {
        void of(Connection transaction) throws SQLException, InterruptedException;
    }

    private void assertTakenInTurn(List<Connection> all, String name, End end) throws Exception {
        CyclicBarrier together = new CyclicBarrier(all.size());
        Queue<FencingToken> inOrder = new ConcurrentLinkedQueue<>();
        CompletableFuture.allOf(all.stream()
                        .map(connection -> CompletableFuture.runAsync(
                                () -> take(together, connection, name, inOrder, end), threads))
                        .toArray(CompletableFuture<?>[]::new))
                .get(60, TimeUnit.SECONDS);
        assertThat(List.copyOf(inOrder)).hasSize(all.size()).isSorted().doesNotHaveDuplicates();
    }

    private static void take(
            CyclicBarrier together, Connection connection, String name, Queue<FencingToken> inOrder, End end) {
        try {
            together.await();
            inOrder.add(JdbcLocks.lockIn(connection, name, PATIENT));
            end.of(connection);
        } catch (SQLException | InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Its snapshot is older than the row that it waited for, and stays so, however often it asks. */
    @Test
    void onPostgres_aSnapshotThatIsTooOld_isAFault_andNotWaitedFor() throws Exception {
        start(TestedDatabase.POSTGRESQL);
        Connection holder = transaction();
        JdbcLocks.lockIn(holder, "a");
        Connection caller = transaction();
        caller.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        try (Statement statement = caller.createStatement()) {
            statement.execute("SELECT 1 FROM pawl_lock");
            holder.commit();
            assertThatThrownBy(() -> JdbcLocks.lockIn(caller, "a", PATIENT))
                    .isInstanceOf(LockBackendException.class)
                    .hasMessageContaining("40001")
                    .hasMessageContaining("READ COMMITTED");
        }
        caller.rollback();
        assertThat(JdbcLocks.lockIn(caller, "a", PATIENT).value()).isPositive();
    }

    /** What the database says of it ends it: a transaction that only tries again keeps what the other one waits for. */
    @ParameterizedTest
    @EnumSource
    void twoThatTakeTwoLocksInOppositeOrders_areADeadlock_andAFaultForOneOfTheTwo(TestedDatabase database)
            throws Exception {
        start(database);
        Connection one = transaction();
        Connection two = transaction();
        // The first time the rows are new, then they are known.
        for (int round = 0; round < 2; round++) {
            JdbcLocks.lockIn(one, "x");
            JdbcLocks.lockIn(two, "y");
            Queue<LockException> faults = new ConcurrentLinkedQueue<>();
            CompletableFuture.allOf(
                            CompletableFuture.runAsync(() -> takeOrRollBack(one, "y", faults), threads),
                            CompletableFuture.runAsync(() -> takeOrRollBack(two, "x", faults), threads))
                    .get(60, TimeUnit.SECONDS);
            assertThat(faults)
                    .singleElement()
                    .satisfies(fault -> assertThat(fault)
                            .isInstanceOf(LockBackendException.class)
                            .hasMessageContaining("deadlock")
                            .hasMessageContaining(database == TestedDatabase.POSTGRESQL ? "40P01" : ""));
            one.commit();
            two.commit();
        }
    }

    private static void takeOrRollBack(Connection connection, String name, Queue<LockException> faults) {
        try {
            JdbcLocks.lockIn(connection, name, ENDLESS);
        } catch (LockException e) {
            faults.add(e);
            rollBack(connection);
        }
    }

    private static void rollBack(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The other row is not ours, so the wait for it is the database's own: it has to see ours beside it. */
    @ParameterizedTest
    @EnumSource
    void aLockAndARowOfTheBusiness_takenInOppositeOrders_areADeadlock_andAFaultForOneOfTheTwo(TestedDatabase database)
            throws Exception {
        start(database);
        Connection locking = transaction();
        Connection writing = transaction();
        try (Statement statement = locking.createStatement()) {
            statement.execute("CREATE TABLE stock (item int PRIMARY KEY, pieces int)");
            statement.executeUpdate("INSERT INTO stock VALUES (42, 0)");
            locking.commit();
        }
        JdbcLocks.lockIn(locking, "x");
        sell(writing);
        Queue<String> faults = new ConcurrentLinkedQueue<>();
        CompletableFuture.allOf(
                        CompletableFuture.runAsync(
                                () -> {
                                    try {
                                        sell(locking);
                                    } catch (SQLException e) {
                                        faults.add(e.getMessage());
                                        rollBack(locking);
                                    }
                                },
                                threads),
                        CompletableFuture.runAsync(
                                () -> {
                                    try {
                                        JdbcLocks.lockIn(writing, "x", ENDLESS);
                                    } catch (LockException e) {
                                        faults.add(e.getMessage());
                                        rollBack(writing);
                                    }
                                },
                                threads))
                .get(60, TimeUnit.SECONDS);
        assertThat(faults).singleElement().asString().containsIgnoringCase("deadlock");
    }

    private static void sell(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("UPDATE stock SET pieces = pieces - 1 WHERE item = 42");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTimeout_leavesTheTransactionUsable(TestedDatabase database) throws SQLException {
        start(database);
        Connection holder = transaction();
        JdbcLocks.lockIn(holder, "a");
        Connection caller = transaction();
        try (Statement statement = caller.createStatement()) {
            statement.execute("CREATE TABLE business (line varchar(20))");
            caller.commit();
            statement.executeUpdate("INSERT INTO business VALUES ('before')");
            long start = System.nanoTime();
            assertThatThrownBy(() -> JdbcLocks.lockIn(caller, "a", BRIEF)).isInstanceOf(LockTimeoutException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(BRIEF, BRIEF.plusSeconds(4));
            statement.executeUpdate("INSERT INTO business VALUES ('after')");
            caller.commit();
            try (ResultSet rows = statement.executeQuery("SELECT count(*) FROM business")) {
                rows.next();
                assertThat(rows.getInt(1)).isEqualTo(2);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWaiter_isServedWhenTheTransactionEnds(TestedDatabase database) throws Exception {
        start(database);
        Connection holder = transaction();
        FencingToken before = JdbcLocks.lockIn(holder, "new");
        Connection caller = transaction();
        CompletableFuture<FencingToken> waiter =
                CompletableFuture.supplyAsync(() -> JdbcLocks.lockIn(caller, "new", PATIENT));
        assertThat(waiter.copy().orTimeout(200, TimeUnit.MILLISECONDS)).failsWithin(Duration.ofSeconds(1));
        holder.commit();
        assertThat(waiter)
                .succeedsWithin(PATIENT)
                .satisfies(token -> assertThat(token).isGreaterThan(before));
    }

    /** InnoDB gives no row back before the transaction ends: there such a lock cannot be waited for. */
    @ParameterizedTest
    @EnumSource(names = {"MARIADB", "MYSQL"})
    void onInnoDb_aHolderInLeaseMode_isAFault(TestedDatabase database) throws SQLException {
        start(database);
        Connection caller = transaction();
        try (LockClient client = LockClient.connect(url);
                Lease lease = client.lock("both").tryAcquire().orElseThrow()) {
            assertThatThrownBy(() -> JdbcLocks.lockIn(caller, "both", PATIENT))
                    .isInstanceOf(LockBackendException.class)
                    .hasMessageContaining("lease mode")
                    .hasMessageContaining("roll back");
            caller.rollback();
            lease.ensureValid();
        }
        assertThat(JdbcLocks.lockIn(caller, "both", PATIENT).value()).isPositive();
    }

    @ParameterizedTest
    @EnumSource(
            names = {"MARIADB", "MYSQL"},
            mode = EnumSource.Mode.EXCLUDE)
    void aHolderInLeaseMode_isRespected(TestedDatabase database) throws SQLException {
        start(database);
        Connection caller = transaction();
        try (LockClient client = LockClient.connect(url);
                Lease lease = client.lock("both").tryAcquire().orElseThrow()) {
            assertThat(JdbcLocks.in("pawl", "pawl_lock").tryLock(caller, "both", BRIEF))
                    .isEmpty();
            // What was tried in vain must not keep the holder from its row.
            lease.ensureValid();
        }
        FencingToken token = JdbcLocks.lockIn(caller, "both", PATIENT);
        caller.commit();
        try (LockClient client = LockClient.connect(url);
                Lease next = client.lock("both").tryAcquire().orElseThrow()) {
            assertThat(next.token()).isGreaterThan(token);
        }
    }

    @ParameterizedTest
    @EnumSource
    void autocommitAndBadNames_areRefused(TestedDatabase database) throws SQLException {
        start(database);
        Connection connection = transaction();
        connection.setAutoCommit(true);
        assertThatThrownBy(() -> JdbcLocks.lockIn(connection, "a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("setAutoCommit(false)");
        connection.setAutoCommit(false);
        assertThatThrownBy(() -> JdbcLocks.lockIn(connection, " "))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name");
        assertThatThrownBy(() -> JdbcLocks.in("pawl", "no table"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no table");
    }

    /** PostgreSQL keeps 64 ids of a transaction's parts at hand; beyond them every snapshot of everybody looks them up. */
    @Test
    void onPostgres_manyLocksOfATransaction_takeOneTransactionId() throws SQLException {
        start(TestedDatabase.POSTGRESQL);
        Connection caller = transaction();
        for (int i = 0; i < 200; i++) {
            JdbcLocks.lockIn(caller, "many-" + i, BRIEF);
        }
        try (Statement statement = caller.createStatement()) {
            assertThat(transactionIds(statement)).isEqualTo(1);
            caller.commit();
            for (int i = 0; i < 200; i++) {
                JdbcLocks.lockIn(caller, "many-" + i, BRIEF);
            }
            assertThat(transactionIds(statement)).isEqualTo(1);
        }
    }

    private static int transactionIds(Statement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery(
                "SELECT count(DISTINCT CAST(xmin AS text)) FROM pawl_lock WHERE name LIKE 'pawl:many-%'")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    @Test
    void onPostgres_aLockThatWasWaitedFor_leavesNoSavepointBehind() throws Exception {
        start(TestedDatabase.POSTGRESQL);
        Connection holder = transaction();
        JdbcLocks.lockIn(holder, "a");
        Connection caller = transaction();
        CompletableFuture<FencingToken> waiter =
                CompletableFuture.supplyAsync(() -> JdbcLocks.lockIn(caller, "a", PATIENT), threads);
        assertThat(waiter.copy().orTimeout(200, TimeUnit.MILLISECONDS)).failsWithin(Duration.ofSeconds(1));
        holder.commit();
        assertThat(waiter).succeedsWithin(PATIENT);
        try (Statement statement = caller.createStatement()) {
            assertThatThrownBy(() -> statement.execute("ROLLBACK TO SAVEPOINT pawl_joined"))
                    .hasMessageContaining("does not exist");
        }
    }

    @Test
    void onPostgres_theCallersLockTimeoutIsAsItWas() throws SQLException {
        start(TestedDatabase.POSTGRESQL);
        Connection holder = transaction();
        Connection caller = transaction();
        try (Statement statement = caller.createStatement()) {
            statement.execute("SET lock_timeout = '7s'");
            JdbcLocks.lockIn(caller, "free", BRIEF);
            assertThat(lockTimeout(statement)).isEqualTo("7s");
            JdbcLocks.lockIn(holder, "held");
            assertThatThrownBy(() -> JdbcLocks.lockIn(caller, "held", BRIEF)).isInstanceOf(LockTimeoutException.class);
            assertThat(lockTimeout(statement)).isEqualTo("7s");
        }
    }

    private static String lockTimeout(Statement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery("SHOW lock_timeout")) {
            rows.next();
            return rows.getString(1);
        }
    }

    @Test
    void onPostgres_aFreeLock_newOrNot_takesOneRoundTrip() throws Exception {
        start(TestedDatabase.POSTGRESQL);
        int port = Integer.parseInt(TestedDatabase.POSTGRESQL.server().jdbcUrl().replaceAll(".*:(\\d+)/.*", "$1"));
        try (TcpProxy proxy = TcpProxy.to(port);
                Connection connection = DriverManager.getConnection(proxy.through(url))) {
            connection.setAutoCommit(false);
            for (int i = 0; i < 10; i++) {
                JdbcLocks.lockIn(connection, "warm", PATIENT);
                connection.commit();
            }
            long before = proxy.roundTrips();
            JdbcLocks.lockIn(connection, "warm", PATIENT);
            assertThat(proxy.roundTrips() - before).isEqualTo(1);
            JdbcLocks.lockIn(connection, "new", PATIENT);
            assertThat(proxy.roundTrips() - before).isEqualTo(2);
            connection.rollback();
        }
    }
}
