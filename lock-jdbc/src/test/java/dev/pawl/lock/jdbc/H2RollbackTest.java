package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.StaleTokenException;
import dev.pawl.lock.fencing.JdbcFencingGuard;
import dev.pawl.lock.testkit.Bench;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.h2.api.Trigger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A rollback of H2 puts a row back, and once more if another transaction was committed meanwhile. A trigger of rollbacks stands
 * between the two, and lets others in there.
 */
@Timeout(180)
class H2RollbackTest {

    private static final String LOCK = "inventory/42";
    private static final long MEANWHILE_MILLIS = 400;
    private static final Duration LEASE = Duration.ofSeconds(2);
    private static final int FENCE = 0;
    private static final int QUEUE = 1;

    /** What happens after the first rollback of a row has put it back. */
    private record Meanwhile(int part, Callable<?> body) {}

    private static final AtomicReference<@Nullable Meanwhile> meanwhile = new AtomicReference<>();

    private final JdbcFencingGuard guard = JdbcFencingGuard.create();
    private final List<Connection> opened = new ArrayList<>();

    @TempDir
    Path directory;

    @BeforeEach
    void create() throws SQLException {
        Connection admin = connect();
        guard.createTable(admin);
        execute(admin, "CREATE TABLE other (n int)");
        execute(admin, "CREATE TABLE plain (part int NOT NULL PRIMARY KEY, n int NOT NULL)");
        LockClient.connect(url()).close();
        for (String table : List.of("plain", "pawl_fence", "pawl_lock")) {
            execute(
                    admin,
                    "CREATE TRIGGER back_" + table + " AFTER UPDATE, ROLLBACK ON " + table + " FOR EACH ROW CALL '"
                            + AtRollback.class.getName() + "'");
        }
    }

    @AfterEach
    void close() throws SQLException {
        meanwhile.set(null);
        for (Connection connection : opened) {
            connection.close();
        }
    }

    /** What H2 does wrong, in plain SQL. If this fails with a newer H2, the gate of {@code H2Fence} may not be needed any more. */
    @Test
    void h2_takesBackWhatIsCommittedWhileItRollsBack() throws Exception {
        Connection one = connect();
        Connection two = connect();
        execute(one, "INSERT INTO plain VALUES (" + FENCE + ", 0)");
        one.setAutoCommit(false);
        execute(one, "UPDATE plain SET n = 1");

        meanwhile.set(new Meanwhile(FENCE, () -> inTime(() -> execute(two, "UPDATE plain SET n = 2"))));
        one.rollback();

        try (Statement statement = two.createStatement();
                ResultSet rows = statement.executeQuery("SELECT n FROM plain")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getInt(1)).as("2 was committed last").isZero();
        }
    }

    @Test
    void aRollback_doesNotTakeBackTheTokenOfANewerWriter() throws Exception {
        enterAndCommit(5);
        Connection first = transaction();
        guard.enter(first, token(10));

        rollBackWhileAnotherEnters(first, 20);

        assertRefused(15, 20);
    }

    @Test
    void aRollbackThatOpensTheQueueOfANewerWriter_letsNobodyPastItsGate() throws Exception {
        enterAndCommit(5);
        Connection first = transaction();
        guard.enter(first, token(10));
        Connection second = transaction();
        meanwhile.set(new Meanwhile(
                QUEUE,
                () -> inTime(() -> {
                    guard.enter(second, token(20));
                    return commitSomethingElse();
                })));
        first.rollback();
        assertThat(meanwhile.get()).as("not there: the trigger").isNull();

        rollBackWhileAnotherEnters(second, 30);

        assertRefused(25, 30);
    }

    @Test
    void aRollbackOfAJoinedLock_doesNotOpenThatOfTheNext() throws Exception {
        try (Connection first = transaction()) {
            FencingToken unused = JdbcLocks.lockIn(first, LOCK);
            first.commit();
        }
        Connection first = transaction();
        Connection second = transaction();
        Connection third = transaction();
        FencingToken before = JdbcLocks.lockIn(first, LOCK);
        CompletableFuture<Boolean> locking = new CompletableFuture<>();
        meanwhile.set(new Meanwhile(FENCE, () -> {
            run(locking, () -> JdbcLocks.lockIn(second, LOCK).value() > 0);
            boolean unused = endsMeanwhile(locking);
            return inTime(this::commitSomethingElse);
        }));
        first.rollback();

        assertThat(meanwhile.get()).as("not there: the trigger").isNull();
        assertThat(locking.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(JdbcLocks.in("pawl", "pawl_lock").tryLock(third, LOCK, Duration.ZERO))
                .isEmpty();
        second.commit();
        assertThat(JdbcLocks.lockIn(third, LOCK).value()).isGreaterThan(before.value());
    }

    @Test
    void aRollbackOfAGuardedTransaction_doesNotLetTheLockGoFromUnderTheNext() throws Exception {
        JdbcLockGuard lockGuard = JdbcLockGuard.create();
        try (LockClient holder = LockClient.connect(url());
                LockClient other = LockClient.connect(url())) {
            Lease lease = holder.lock(
                            LOCK,
                            LockOptions.builder()
                                    .leaseTime(LEASE)
                                    .renewal(false)
                                    .build())
                    .acquire();
            Connection first = transaction();
            Connection second = transaction();
            lockGuard.enter(first, lease.token());
            CompletableFuture<Boolean> entering = new CompletableFuture<>();
            meanwhile.set(new Meanwhile(FENCE, () -> {
                run(entering, () -> {
                    lockGuard.enter(second, lease.token());
                    return true;
                });
                boolean unused = endsMeanwhile(entering);
                return inTime(this::commitSomethingElse);
            }));
            first.rollback();

            assertThat(meanwhile.get()).as("not there: the trigger").isNull();
            assertThat(entering.get(20, TimeUnit.SECONDS)).isTrue();
            CompletableFuture<Lease> next = other.lock(LOCK).acquireAsync(Duration.ofSeconds(30));
            Bench.await("the end of the lease").until(() -> !lease.isValid());
            Bench.await("a second beyond the lease")
                    .during(Duration.ofSeconds(1))
                    .until(() -> !next.isDone() || next.isCompletedExceptionally());
            second.rollback();
        }
    }

    /** Another one comes at the moment at which the fence has been put back for the first time. */
    private void rollBackWhileAnotherEnters(Connection entered, long newer) throws Exception {
        CompletableFuture<Boolean> entering = new CompletableFuture<>();
        meanwhile.set(new Meanwhile(FENCE, () -> {
            run(entering, () -> enterAndCommit(newer));
            boolean unused = endsMeanwhile(entering);
            return inTime(this::commitSomethingElse);
        }));
        entered.rollback();
        assertThat(entering.get(20, TimeUnit.SECONDS)).isTrue();
    }

    private void assertRefused(long stale, long newest) {
        assertThatExceptionOfType(StaleTokenException.class)
                .isThrownBy(() -> enterAndCommit(stale))
                .satisfies(refused -> assertThat(refused.newest()).isEqualTo(newest));
    }

    // Helpers

    private static FencingToken token(long value) {
        return new FencingToken(LOCK, value);
    }

    private String url() {
        return "jdbc:h2:file:" + directory.resolve("fence") + ";WRITE_DELAY=0";
    }

    private Connection connect() throws SQLException {
        Connection connection = DriverManager.getConnection(url());
        synchronized (opened) {
            opened.add(connection);
        }
        return connection;
    }

    private Connection transaction() throws SQLException {
        Connection connection = connect();
        connection.setAutoCommit(false);
        return connection;
    }

    private boolean enterAndCommit(long value) throws SQLException {
        Connection connection = transaction();
        try {
            guard.enter(connection, token(value));
            connection.commit();
            return true;
        } finally {
            connection.rollback();
        }
    }

    private boolean commitSomethingElse() throws SQLException {
        return execute(connect(), "INSERT INTO other VALUES (1)");
    }

    private static boolean execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            return true;
        }
    }

    private static void run(CompletableFuture<Boolean> result, Callable<Boolean> body) {
        Thread thread = new Thread(() -> {
            try {
                result.complete(body.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    /** On a thread of its own: the trigger's has the session that is rolled back. */
    private static boolean inTime(Callable<Boolean> body) throws Exception {
        CompletableFuture<Boolean> result = new CompletableFuture<>();
        run(result, body);
        return result.get(20, TimeUnit.SECONDS);
    }

    private static boolean endsMeanwhile(CompletableFuture<Boolean> body) throws InterruptedException {
        try {
            body.get(MEANWHILE_MILLIS, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            return true;
        }
    }

    /** Called by H2, by name. */
    public static final class AtRollback implements Trigger {

        @Override
        public void fire(Connection connection, Object @Nullable [] before, Object @Nullable [] after)
                throws SQLException {
            Meanwhile now = meanwhile.get();
            if (now == null || after == null || part(after) != now.part() || !meanwhile.compareAndSet(now, null)) {
                return;
            }
            try {
                Object unused = now.body().call();
            } catch (Exception e) {
                throw new SQLException("what was to happen meanwhile failed: " + e, e);
            }
        }

        /** The last column but one of the fence's table and the plain one; the queues of locks have a name. */
        private static int part(Object[] row) {
            if (row.length < 4) {
                return ((Number) row[row.length - 2]).intValue();
            }
            return row[0].toString().startsWith("~") ? QUEUE : FENCE;
        }
    }
}
