package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.PostgresServer;
import dev.pawl.lock.testservers.TestedDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The short statements on PostgreSQL, for a lock that this client alone has used lately: they take and give back what nobody else wants, and
 * nothing else.
 */
@Timeout(120)
final class PostgresShortPathTest {

    private static final Duration NEVER = Duration.ofMinutes(1);

    /** So many uses tell that a lock is this client's alone. */
    private static final int ENOUGH = 2;

    private final PostgresServer server = PostgresServer.shared();
    private final SqlClients clients = new SqlClients();
    private final List<String> statements = new CopyOnWriteArrayList<>();
    private LockBackend backend;
    private LockBackend others;

    @BeforeEach
    void connect() {
        server.heal();
        HikariDataSource pool = clients.closing(new HikariDataSource());
        pool.setJdbcUrl(server.url());
        backend = clients.closing(JdbcBackend.create(HookedSource.telling(pool, statements::add)));
        others = clients.backend(server.url());
        for (int i = 0; i < ENOUGH; i++) {
            CountedContest user = contest("user " + i);
            user.releases(user.takes());
        }
        statements.clear();
    }

    @AfterEach
    void close() throws Exception {
        clients.close();
    }

    private CountedContest contest(String owner) {
        return new CountedContest(backend, "job", owner, NEVER);
    }

    private CountedContest other(String owner) {
        return new CountedContest(others, "job", owner, NEVER);
    }

    private static FencingToken token(Grant grant) {
        return new FencingToken("job", grant.firstToken());
    }

    private Optional<LockInfo> inspect() {
        return Bench.get(others.inspect("job", Runnable::run));
    }

    private String ask(String column) {
        return server.ask(admin -> {
            try (Statement statement = admin.createStatement();
                    ResultSet row = statement.executeQuery(
                            "SELECT " + column + " FROM pawl_lock WHERE name = '" + SqlFixture.row("job") + "'")) {
                row.next();
                return row.getString(1);
            }
        });
    }

    private void execute(String sql) {
        server.ask(admin -> {
            try (Statement statement = admin.createStatement()) {
                return statement.execute(sql + " WHERE name = '" + SqlFixture.row("job") + "'");
            }
        });
    }

    @Test
    void lockThatNobodyElseUses_isTakenAndGivenBackByPlainUpdates_whichSayAsMuch() {
        CountedContest user = contest("user");
        Grant grant = user.takes();
        LockInfo held = inspect().orElseThrow();
        assertThat(held.token()).isEqualTo(token(grant));
        assertThat(Duration.between(held.since().orElseThrow(), held.until().orElseThrow()))
                .isCloseTo(user.leaseTime(), Duration.ofSeconds(1));
        user.releases(grant);

        assertThat(statements).hasSize(2).noneMatch(sql -> sql.contains("WITH") || sql.contains("pg_notify"));
        assertThat(inspect()).isEmpty();
    }

    @Test
    void tokensGoUp_whoeverTakesTheLock() {
        long last = 0;
        for (int i = 0; i < 20; i++) {
            // Once in three times another, so that both ways are gone.
            CountedContest user = i % 6 == 5 ? other("other " + i) : contest("user " + i);
            Grant grant = user.takes();
            assertThat(grant.firstToken()).isGreaterThan(last);
            last = grant.firstToken();
            user.releases(grant);
        }
    }

    @Test
    void lockThatAnotherHolds_isBusy_andThenIsAskedForInOneStatementOnly() {
        CountedContest other = other("other");
        Grant held = other.takes();
        CountedContest user = contest("user");
        assertThat(user.asks(false)).isInstanceOf(Attempt.Busy.class);
        statements.clear();
        assertThat(user.asks(false)).isInstanceOf(Attempt.Busy.class);
        assertThat(contest("next").asks(false)).isInstanceOf(Attempt.Busy.class);
        assertThat(statements).hasSize(2).allMatch(sql -> sql.contains("WITH"));

        other.releases(held);
        statements.clear();
        CountedContest again = contest("again");
        again.releases(again.takes());
        assertThat(statements).hasSize(2).anyMatch(sql -> sql.contains("WITH"));
    }

    @Test
    void lockThatAnotherHadInBetween_isNotTakenForOurs() {
        CountedContest other = other("other");
        other.releases(other.takes());
        CountedContest user = contest("user");
        user.releases(user.takes());
        statements.clear();
        CountedContest next = contest("next");
        next.releases(next.takes());
        assertThat(statements).anyMatch(sql -> sql.contains("WITH"));
    }

    @Test
    void lockWhoseHolderHasDied_andForWhichAnotherWaits_isThatOnes() {
        CountedContest dead = other("dead");
        CountedContest waiter = other("waiter");
        dead.takes();
        waiter.isBusy();
        execute("UPDATE pawl_lock SET expires_at = clock_timestamp()");

        assertThat(contest("user").asks(false)).isInstanceOf(Attempt.Busy.class);
        waiter.awaitWoken();
        assertThat(waiter.asks()).isInstanceOf(Attempt.Granted.class);
    }

    @Test
    void lockThatIsReservedForAnother_isThatOnes() {
        CountedContest holder = other("holder");
        CountedContest waiter = other("waiter");
        Grant held = holder.takes();
        waiter.isBusy();
        holder.releases(held);
        execute("UPDATE pawl_lock SET expires_at = clock_timestamp() + interval '1 minute'");

        assertThat(contest("user").asks(false)).isInstanceOf(Attempt.Busy.class);
        assertThat(waiter.asks()).isInstanceOf(Attempt.Granted.class);
    }

    @Test
    void release_wakesWhoHasBegunToWaitMeanwhile() {
        CountedContest user = contest("user");
        CountedContest waiter = other("waiter");
        Grant grant = user.takes();
        waiter.isBusy();
        user.releases(grant);
        waiter.awaitWoken();
        assertThat(contest("next").asks(false)).isInstanceOf(Attempt.Busy.class);
        assertThat(waiter.asks()).isInstanceOf(Attempt.Granted.class);
    }

    /** The short statement has seen the row without a queue, and waits for who has it locked. */
    @Test
    void release_thatFindsAWaiterWhenItGetsTheRow_passesTheLockOn() throws Exception {
        CountedContest user = contest("user");
        Grant grant = user.takes();
        try (Connection session = whoLocks("waiters = '{node:waiter}'")) {
            CompletableFuture<Void> release = CompletableFuture.runAsync(() -> user.releases(grant));
            awaitBlocked();
            session.commit();
            Bench.get(release);
        }
        assertThat(ask("owner")).isEqualTo("~node:waiter");
    }

    @Test
    void attempt_thatFindsAnotherWhenItGetsTheRow_isBusy() throws Exception {
        CountedContest user = contest("user");
        try (Connection session = whoLocks("owner = 'other', expires_at = clock_timestamp() + interval '1 minute'")) {
            CompletableFuture<Attempt> attempt = CompletableFuture.supplyAsync(() -> user.asks(false));
            awaitBlocked();
            session.commit();
            assertThat(Bench.get(attempt)).isInstanceOf(Attempt.Busy.class);
        }
        assertThat(ask("owner")).isEqualTo("other");
    }

    /** A session that has changed the row, and has not committed. */
    private Connection whoLocks(String change) throws SQLException {
        Connection session = server.admin();
        session.setAutoCommit(false);
        try (Statement update = session.createStatement()) {
            update.execute("UPDATE pawl_lock SET " + change + " WHERE name = '" + SqlFixture.row("job") + "'");
        }
        return session;
    }

    private void awaitBlocked() {
        Bench.await("a session that waits for the row")
                .until(() -> server.ask(admin -> {
                    try (Statement statement = admin.createStatement();
                            ResultSet row = statement.executeQuery(TestedDatabase.POSTGRESQL.blockedSessions())) {
                        row.next();
                        return row.getInt(1) > 0;
                    }
                }));
    }

    @Test
    void revokedHold_isFreeWhenItsHolderGivesItBack() {
        CountedContest user = contest("user");
        Grant grant = user.takes();
        assertThat(Bench.get(others.takeAway(token(grant), false, Runnable::run)))
                .isPresent();
        assertThat(contest("next").asks(false)).isInstanceOf(Attempt.Busy.class);

        assertThat(Bench.get(backend.release(grant, Runnable::run))).isEqualTo(ReleaseOutcome.RELEASED);
        assertThat(ask("owner")).isEmpty();
        assertThat(other("other").takes().firstToken()).isGreaterThan(grant.firstToken() + 1);
    }

    @Test
    void holdThatWasTakenAway_isNotGivenBack_andItsSuccessorIsNotTouched() {
        CountedContest user = contest("user");
        Grant grant = user.takes();
        assertThat(Bench.get(others.takeAway(token(grant), true, Runnable::run)))
                .isPresent();
        CountedContest successor = other("successor");
        Grant held = successor.takes();

        assertThat(Bench.get(backend.release(grant, Runnable::run))).isEqualTo(ReleaseOutcome.NOT_HELD);
        assertThat(inspect().orElseThrow().token()).isEqualTo(token(held));
        assertThat(contest("next").asks(false)).isInstanceOf(Attempt.Busy.class);
    }

    @Test
    void lockThatIsKept_isNobodys_notEvenForWhoKeepsIt() {
        CountedContest user = contest("user");
        Grant grant = user.takes();
        assertThat(Bench.get(backend.releaseLater(grant, NEVER, Runnable::run))).isEqualTo(ReleaseOutcome.RELEASED);
        assertThat(contest("next").asks(false)).isInstanceOf(Attempt.Busy.class);
        assertThat(other("other").asks(false)).isInstanceOf(Attempt.Busy.class);
    }

    @Test
    void lockWhoseRowWasPurged_getsANewOne() {
        String before = ask("token");
        execute("DELETE FROM pawl_lock");
        Grant grant = contest("user").takes();
        assertThat(grant.firstToken()).isGreaterThan(Long.parseLong(before));
    }

    /** An attempt of unknown outcome may have been the short one: asked again it is the same hold. */
    @Test
    void holdWhoseOwnerAsksAgain_isTheOwnersStill() {
        CountedContest user = contest("user");
        user.takes();
        Grant again = user.takes();
        assertThat(ask("owner")).isEqualTo("user");
        user.releases(again);
        assertThat(ask("owner")).isEmpty();
    }
}
