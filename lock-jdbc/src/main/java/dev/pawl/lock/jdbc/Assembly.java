package dev.pawl.lock.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import dev.pawl.lock.Capability;
import dev.pawl.lock.Guarantees;
import dev.pawl.lock.Guarantees.CrashRelease;
import dev.pawl.lock.Guarantees.Order;
import dev.pawl.lock.Guarantees.TokenDurability;
import dev.pawl.lock.Guarantees.WakeUp;
import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.jdbc.internal.dialect.Connector;
import dev.pawl.lock.jdbc.internal.dialect.Dialect;
import dev.pawl.lock.jdbc.internal.dialect.Keeps;
import dev.pawl.lock.jdbc.internal.dialect.RowLocks;
import dev.pawl.lock.jdbc.internal.dialect.Schema;
import dev.pawl.lock.jdbc.internal.dialect.WaitQueue;
import dev.pawl.lock.jdbc.internal.dialect.WakeUps;
import dev.pawl.lock.jdbc.internal.exchange.Database;
import dev.pawl.lock.jdbc.internal.exchange.Faults;
import dev.pawl.lock.jdbc.internal.exchange.Opened;
import dev.pawl.lock.jdbc.internal.exchange.Purge;
import dev.pawl.lock.jdbc.internal.exchange.Secrets;
import dev.pawl.lock.jdbc.internal.exchange.Shares;
import dev.pawl.lock.jdbc.internal.exchange.Threads;
import dev.pawl.lock.jdbc.internal.lease.LeaseBackend;
import dev.pawl.lock.jdbc.internal.lease.RecentReleases;
import dev.pawl.lock.jdbc.internal.permits.Permits;
import dev.pawl.lock.jdbc.internal.pool.BorrowedConnection;
import dev.pawl.lock.jdbc.internal.pool.OwnPool;
import dev.pawl.lock.jdbc.internal.row.RowBackend;
import dev.pawl.lock.jdbc.internal.row.RowTransactions;
import dev.pawl.lock.jdbc.internal.waiting.NoWakeUps;
import dev.pawl.lock.jdbc.internal.waiting.Poller;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.StartUp;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts a backend together, and takes it apart again when that fails half-way. */
final class Assembly {

    private static final Logger LOG = LoggerFactory.getLogger(Assembly.class);

    /** As many as those of a client's own pool. */
    private static final int LENT_TO_ATTEMPTS = 3;

    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(1);
    private static final Pattern SERVER = Pattern.compile("//(?:[^?]*@)?([A-Za-z0-9_.:\\[\\],-]+)(?:[/?;]|$)");
    private static final SecureRandom RANDOM = new SecureRandom();

    private final JdbcOptions options;
    private final Opened opened = new Opened();
    private final String node = new BigInteger(64, RANDOM).toString(Character.MAX_RADIX);

    private final Secrets secrets;

    private Assembly(JdbcOptions options, Secrets secrets) {
        this.options = options;
        this.secrets = secrets;
    }

    /** A backend on the application's connections: not that of the transaction which the caller may have. */
    static LockBackend on(DataSource source, JdbcOptions options) {
        Assembly assembly = new Assembly(options, Secrets.of(null, null));
        try {
            return CompletableFuture.supplyAsync(
                            () -> assembly.guarded(null, own -> own.assemble(source)),
                            task -> Threads.thread(assembly.name(), task).start())
                    .join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e.getCause() instanceof RuntimeException failure ? failure : e;
        }
    }

    /** A backend on connections of its own. */
    static LockBackend on(JdbcUrl url, StartUp start) {
        return new Assembly(url.options(), Secrets.of(url.url().text(), url.password()))
                .guarded(server(url.url().text()), assembly -> assembly.assemble(url, start));
    }

    @FunctionalInterface
    private interface Steps {
        LockBackend run(Assembly assembly) throws SQLException;
    }

    /** Without the thread's interrupt status, in which pools and drivers break off; it is there again afterwards. */
    private LockBackend guarded(@Nullable String server, Steps steps) {
        boolean interrupted = Thread.interrupted();
        boolean complete = false;
        try {
            LockBackend backend = steps.run(this);
            complete = true;
            return backend;
        } catch (SQLException | IllegalArgumentException e) {
            throw new Faults("the database", server, secrets).translate(e);
        } finally {
            if (!complete) {
                opened.close();
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private LockBackend assemble(JdbcUrl url, StartUp start) throws SQLException {
        // Before the clock of the start runs: a driver that is missing stays so.
        url.url().driver();
        OwnPool own = new OwnPool(url.url(), url.username(), url.password(), options.ioTimeout());
        start.begin();
        Dialect dialect;
        try (Connection first = own.connect()) {
            first.setNetworkTimeout(Runnable::run, (int) options.ioTimeout().toMillis());
            dialect = dialect(first, own::connect);
        }
        HikariDataSource pool = opened(own.open(node, url.poolSize(), true, dialect));
        return assemble(pool, own, dialect, Math.max(1, url.poolSize() - 1));
    }

    private LockBackend assemble(DataSource source) throws SQLException {
        Dialect dialect;
        try (BorrowedConnection first = BorrowedConnection.from(source, true)) {
            first.answersWithin(options.ioTimeout());
            dialect = dialect(first.connection(), () -> {
                refusePoolOfOne(source);
                return source.getConnection();
            });
        }
        return assemble(source, null, dialect, LENT_TO_ATTEMPTS);
    }

    private Dialect dialect(Connection connection, Connector another) throws SQLException {
        // Twice within the limit, and a quarter of it to say so.
        Duration most = options.ioTimeout().dividedBy(8).multipliedBy(3);
        Duration rowWait = most.compareTo(Dialect.ROW_WAIT) < 0 ? most : Dialect.ROW_WAIT;
        return Dialects.behind(connection, options.table(), rowWait).onConnectionsLike(connection, another);
    }

    private LockBackend assemble(DataSource source, @Nullable OwnPool own, Dialect dialect, int attemptsAtOnce)
            throws SQLException {
        String server;
        boolean runsOnCallers;
        Keeps keeps;
        try (BorrowedConnection first = BorrowedConnection.from(source, true)) {
            first.answersWithin(options.ioTimeout());
            if (dialect.sharesSessions()) {
                first.namesNothing();
            }
            Connection connection = first.connection();
            server = server(connection.getMetaData().getURL());
            // A pool of the application's may lend each of its threads the connection of that thread's own transaction,
            // which is not ours to commit.
            runsOnCallers = own != null && dialect.keepsTimeLimits(connection);
            new Schema(dialect, options.createTable()).prepare(connection);
            keeps = dialect.keeps(connection);
        }
        int most = dialect.exchangesAtOnce();
        Shares shares = new Shares(attemptsAtOnce);
        Threads threads = Threads.start(name(), most, shares.laterGoes(), most / 2);
        opened.add(threads::shutdown);
        Database database = new Database(
                source,
                dialect,
                new Faults(dialect.product(), server, secrets),
                options.ioTimeout(),
                threads,
                runsOnCallers,
                shares);
        return options.mode() == JdbcBackend.Mode.LEASE
                ? leaseBackend(database, source, own, keeps)
                : rowBackend(database, source, own, keeps);
    }

    private LockBackend leaseBackend(Database database, DataSource source, @Nullable OwnPool own, Keeps keeps)
            throws SQLException {
        Dialect dialect = database.dialect();
        RecentReleases recentReleases = new RecentReleases();
        Optional<WaitQueue> queue = dialect.queue();
        WakeUps heard = queue.isEmpty() ? null : wakeUps(queue.get(), dialect, source, own, recentReleases);
        WakeUps wakeUps = heard != null
                ? heard
                : new NoWakeUps(keys -> database.call(connection -> dialect.look(connection, keys)));
        Poller poller = new Poller("pawl-jdbc-watch-" + node, wakeUps);
        Permits permits = new Permits(
                database, options.namespace(), node, options.createTable(), options.idleRetention(), poller);
        opened.add(() -> {
            database.close();
            permits.close();
            poller.close();
        });
        return new LeaseBackend(
                options.namespace(),
                database,
                poller,
                permits,
                node,
                new Purge(database, options.idleRetention()),
                recentReleases,
                leaseGuarantees(dialect, heard != null, keeps),
                opened);
    }

    /** Null if the messages of the queue do not arrive. */
    private @Nullable WakeUps wakeUps(
            WaitQueue queue, Dialect dialect, DataSource source, @Nullable OwnPool own, RecentReleases recentReleases)
            throws SQLException {
        if (own == null && !dialect.sharesSessions()) {
            refusePoolOfOne(source);
        }
        WakeUps wakeUps = queue.listen(
                own == null ? source::getConnection : own::connect,
                own == null,
                node,
                options.ioTimeout(),
                fresh -> releaseAgain(dialect, fresh, recentReleases));
        if (wakeUps == null) {
            LOG.warn(
                    "PostgreSQL's notifications do not arrive, as behind a pooler of transactions: waiters look for releases");
        } else if (own == null) {
            askForAnother(source, wakeUps);
        }
        return wakeUps;
    }

    /** Through whatever is wrapped around it. */
    private static void refusePoolOfOne(DataSource source) throws SQLException {
        if (source.isWrapperFor(HikariDataSource.class)
                && source.unwrap(HikariDataSource.class).getMaximumPoolSize() == 1) {
            throw new LockConfigException("the DataSource's pool has one connection, and PostgreSQL's wake-ups keep"
                    + " one for themselves: give it two or more");
        }
    }

    /** Found out now, and not at the first lock: a pool that has no connection left beside the one that listens. */
    private static void askForAnother(DataSource source, WakeUps wakeUps) throws SQLException {
        try {
            BorrowedConnection.from(source, true).close();
        } catch (SQLException e) {
            wakeUps.close();
            throw e;
        }
    }

    private static void releaseAgain(Dialect dialect, Connection connection, RecentReleases recentReleases)
            throws SQLException {
        for (RecentReleases.Release release : recentReleases.all()) {
            dialect.release(connection, release.key(), release.owner());
        }
    }

    private static Guarantees leaseGuarantees(Dialect dialect, boolean hears, Keeps keeps) {
        if (!keeps.caveat().isEmpty()) {
            LOG.warn("{}, lease mode: {}", dialect.product(), keeps.caveat());
        }
        return Guarantees.builder(dialect.product()
                        + ", lease mode: one holder by the database's clock; tokens go up as long as its committed"
                        + " data lives, and beyond that while its clock is not set back."
                        + (keeps.caveat().isEmpty() ? "" : " " + keeps.caveat()))
                .crashRelease(CrashRelease.LEASE)
                .order(hears ? Order.FIFO : Order.NONE)
                .wakeUp(hears ? WakeUp.PUSH : WakeUp.POLL)
                .tokenDurability(keeps.durability())
                .supports(
                        Capability.INSPECT,
                        Capability.LIST,
                        Capability.REVOKE,
                        Capability.FORCE_RELEASE,
                        Capability.HOLD_AT_LEAST,
                        Capability.RENEW,
                        Capability.SEMAPHORE,
                        Capability.READ_WRITE_LOCK)
                .build();
    }

    private LockBackend rowBackend(Database database, DataSource source, @Nullable OwnPool own, Keeps keeps)
            throws SQLException {
        Dialect dialect = database.dialect();
        RowLocks rowLocks = dialect.rowLocks()
                .orElseThrow(() -> new LockConfigException(
                        "row mode is not for " + dialect.product() + "; use lease mode, or another database"));
        if (keeps.cluster() != null) {
            throw new LockConfigException("row mode is not for " + keeps.cluster()
                    + ": a row that is locked at one of its nodes can be locked at another. Use lease mode");
        }
        DataSource pool = own == null
                ? source
                : opened(own.open(node + "-row", options.rowConnections() + RowBackend.SPARE, false, dialect));
        // Not those of the attempts, which may all wait for a connection that only a release gives back.
        ExecutorService threads = Threads.pool(name(), options.rowConnections());
        opened.add(threads::shutdown);
        RowTransactions transactions = new RowTransactions(database, rowLocks, pool, threads, options.rowConnections());
        opened.add(transactions::close);
        return new RowBackend(
                options.namespace(),
                database,
                transactions,
                own == null ? source::getConnection : own::connect,
                threads,
                new Purge(database, options.idleRetention()),
                Guarantees.builder(dialect.product()
                                + ", row mode: one holder while its connection lives; a holder whose connection"
                                + " broke learns of it at its next renewal, and tokens go up as long as the database's clock"
                                + " is not set back.")
                        .crashRelease(CrashRelease.CONNECTION)
                        .order(Order.NONE)
                        .wakeUp(WakeUp.POLL)
                        .tokenDurability(TokenDurability.CLOCK_FLOORED)
                        .build(),
                opened);
    }

    /** A pool's end takes its time with each connection to a server that does not answer: then it is left to a thread of its own. */
    private HikariDataSource opened(HikariDataSource pool) {
        opened.add(() -> CompletableFuture.runAsync(
                        pool::close, task -> Threads.thread(name(), task).start())
                .completeOnTimeout(null, CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(failure -> null)
                .join());
        return pool;
    }

    /** Of threads. */
    private String name() {
        return "pawl-jdbc-" + node;
    }

    /** Host and port of a URL, or null where there is none. */
    private static @Nullable String server(@Nullable String url) {
        Matcher matcher = SERVER.matcher(url == null ? "" : url);
        return matcher.find() ? matcher.group(1) : null;
    }
}
