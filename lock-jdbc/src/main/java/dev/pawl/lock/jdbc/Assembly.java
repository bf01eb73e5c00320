package dev.pawl.lock.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import dev.pawl.lock.Guarantees;
import dev.pawl.lock.Guarantees.CrashRelease;
import dev.pawl.lock.Guarantees.Order;
import dev.pawl.lock.Guarantees.TokenDurability;
import dev.pawl.lock.Guarantees.WakeUp;
import dev.pawl.lock.LockConfigException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
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
    private static final int H2_THREADS = 4;
    private static final String WRITES_LATE =
            " If the process that serves the file is killed, what it granted in the last"
                    + " moment may be forgotten and granted again; WRITE_DELAY=0 in the URL prevents that.";
    private static final int THREADS = 16;
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(1);
    private static final Pattern SERVER = Pattern.compile("//(?:[^?]*@)?([A-Za-z0-9_.:\\[\\],-]+)(?:[/?;]|$)");
    private static final SecureRandom RANDOM = new SecureRandom();

    private final JdbcOptions options;
    private final Deque<Runnable> opened = new ArrayDeque<>();
    private final String node = new BigInteger(64, RANDOM).toString(Character.MAX_RADIX);

    private final Secrets secrets;

    private Assembly(JdbcOptions options, Secrets secrets) {
        this.options = options;
        this.secrets = secrets;
    }

    /** A backend on the application's connections: not that of the transaction which the caller may have. */
    static JdbcBackend on(DataSource source, JdbcOptions options) {
        Assembly assembly = new Assembly(options, Secrets.of(null, null));
        try {
            return CompletableFuture.supplyAsync(
                            () -> assembly.guarded(null, own -> own.assemble(source, null)),
                            task -> assembly.thread(task).start())
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : e;
        }
    }

    /** A backend on connections of its own. */
    static JdbcBackend on(JdbcUrl url) {
        return new Assembly(url.options(), Secrets.of(url.url(), url.password()))
                .guarded(server(url.url()), assembly -> assembly.assemble(url));
    }

    @FunctionalInterface
    private interface Steps {
        JdbcBackend run(Assembly assembly) throws SQLException;
    }

    /** Without the thread's interrupt status, in which pools and drivers break off; it is there again afterwards. */
    private JdbcBackend guarded(@Nullable String server, Steps steps) {
        boolean interrupted = Thread.interrupted();
        long start = System.nanoTime();
        boolean complete = false;
        try {
            JdbcBackend backend = steps.run(this);
            complete = true;
            return backend;
        } catch (SQLException | IllegalArgumentException e) {
            throw new Faults("the database", server, secrets)
                    .translate("", Duration.ofNanos(System.nanoTime() - start), e);
        } finally {
            if (!complete) {
                closeOpened();
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void closeOpened() {
        while (!opened.isEmpty()) {
            opened.pop().run();
        }
    }

    private JdbcBackend assemble(JdbcUrl url) throws SQLException {
        OwnPool own = new OwnPool(url);
        Dialect dialect;
        try (Connection first = own.connect()) {
            dialect = Dialect.of(first, options.table());
        }
        HikariDataSource pool = opened(own.open(node, url.poolSize(), true, settings(dialect)));
        return assemble(pool, own);
    }

    private String settings(Dialect dialect) {
        return dialect.sessionSettings(options.ioTimeout().dividedBy(4).multipliedBy(3));
    }

    private JdbcBackend assemble(DataSource source, @Nullable OwnPool own) throws SQLException {
        Dialect dialect;
        String server;
        boolean runsOnCallers;
        try (Borrowed first = Borrowed.from(source, true)) {
            first.answersWithin(options.ioTimeout());
            Connection connection = first.connection();
            dialect = Dialect.of(connection, options.table());
            server = server(connection.getMetaData().getURL());
            // A pool of the application's may lend each of its threads the connection of that thread's own transaction,
            // which is not ours to commit.
            runsOnCallers = own != null && dialect.keepsTimeLimits(connection);
            new Schema(dialect, options.createTable()).prepare(connection);
        }
        int most = dialect instanceof H2Dialect ? H2_THREADS : THREADS;
        ExecutorService threads = threads(most);
        ExecutorService ahead = threads(1);
        opened.push(threads::shutdown);
        opened.push(ahead::shutdown);
        Database database = new Database(
                source,
                dialect,
                new Faults(dialect.product(), server, secrets),
                options.ioTimeout(),
                threads,
                ahead,
                runsOnCallers);
        HoldMode mode = options.mode() == JdbcBackend.Mode.LEASE
                ? leaseMode(database, source, own)
                : rowMode(database, source, own);
        return new JdbcBackend(options, mode, this::closeOpened);
    }

    private HoldMode leaseMode(Database database, DataSource source, @Nullable OwnPool own) throws SQLException {
        Dialect dialect = database.dialect();
        RecentReleases recentReleases = new RecentReleases();
        Ear ear = null;
        if (dialect instanceof PostgresDialect) {
            PostgresEar.Connector connector = own == null ? source::getConnection : own::connect;
            ear = PostgresEar.open(
                    connector,
                    dialect,
                    node,
                    options.ioTimeout(),
                    fresh -> releaseAgain(dialect, fresh, recentReleases));
            if (ear == null) {
                LOG.warn(
                        "PostgreSQL's notifications do not arrive, as behind a pooler of transactions: waiters look for releases");
            }
        }
        boolean hears = ear != null;
        Watch watch = new Watch(
                "pawl-jdbc-watch-" + node,
                ear != null
                        ? ear
                        : new DeafEar(keys -> database.call("", connection -> dialect.look(connection, keys))));
        return new LeaseMode(
                database, watch, node, options.idleRetention(), recentReleases, leaseGuarantees(database, hears));
    }

    private static void releaseAgain(Dialect dialect, Connection connection, RecentReleases recentReleases)
            throws SQLException {
        for (RecentReleases.Release release : recentReleases.all()) {
            dialect.release(connection, release.key(), release.owner());
        }
    }

    private static Guarantees leaseGuarantees(Database database, boolean hears) {
        Dialect dialect = database.dialect();
        TokenDurability durability =
                dialect instanceof H2Dialect h2 ? database.call("", h2::durability) : TokenDurability.DURABLE;
        return new Guarantees(
                CrashRelease.LEASE,
                hears ? Order.FIFO : Order.NONE,
                hears ? WakeUp.PUSH : WakeUp.POLL,
                durability,
                dialect.product()
                        + ", lease mode: one holder by the database's clock; tokens go up as long as its committed"
                        + " data lives, and beyond that while its clock is not set back."
                        + (durability == TokenDurability.CLOCK_FLOORED ? WRITES_LATE : ""));
    }

    private HoldMode rowMode(Database database, DataSource source, @Nullable OwnPool own) throws SQLException {
        Dialect dialect = database.dialect();
        if (dialect instanceof H2Dialect) {
            throw new LockConfigException("row mode is not for H2; use lease mode, or another database");
        }
        DataSource pool = own == null
                ? source
                : opened(own.open(node + "-row", options.rowConnections() + RowMode.SPARE, false, settings(dialect)));
        // Not those of the attempts, which may all wait for a connection that only a release gives back.
        ExecutorService threads = threads(options.rowConnections());
        opened.push(threads::shutdown);
        return new RowMode(
                database,
                pool,
                own == null ? source::getConnection : own::connect,
                threads,
                options.rowConnections(),
                new Guarantees(
                        CrashRelease.CONNECTION,
                        Order.NONE,
                        WakeUp.POLL,
                        TokenDurability.CLOCK_FLOORED,
                        dialect.product()
                                + ", row mode: one holder while its connection lives; a holder whose connection"
                                + " broke learns of it at its next renewal, and tokens go up as long as the database's clock"
                                + " is not set back."));
    }

    /** A pool's end takes its time with each connection to a server that does not answer: then it is left to a thread of its own. */
    private HikariDataSource opened(HikariDataSource pool) {
        opened.push(() -> CompletableFuture.runAsync(
                        pool::close, task -> thread(task).start())
                .completeOnTimeout(null, CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(failure -> null)
                .join());
        return pool;
    }

    private ExecutorService threads(int count) {
        ThreadPoolExecutor threads =
                new ThreadPoolExecutor(count, count, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), this::thread);
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    private Thread thread(Runnable task) {
        Thread thread = new Thread(task, "pawl-jdbc-" + node);
        thread.setDaemon(true);
        return thread;
    }

    /** Host and port of a URL, or null where there is none. */
    private static @Nullable String server(@Nullable String url) {
        Matcher matcher = SERVER.matcher(url == null ? "" : url);
        return matcher.find() ? matcher.group(1) : null;
    }
}
