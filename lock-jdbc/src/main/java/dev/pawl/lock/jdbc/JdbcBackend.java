package dev.pawl.lock.jdbc;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Guarantees;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.spi.StartUp;
import dev.pawl.lock.spi.TokenBlock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import javax.sql.DataSource;

/**
 * Locks in a table of PostgreSQL 12, MariaDB 10.6, MySQL 8.0.17 or H2 2.3, or newer.
 *
 * <p>An exchange takes a connection for as long as it lasts; in {@linkplain Mode#LEASE lease mode} none is kept for a lock or a
 * waiter. On PostgreSQL one more listens for wake-ups. Semaphores and reader-writer locks are there in lease mode, and need a second table.
 * Safe for use by several threads and several clients.
 */
public final class JdbcBackend implements LockBackend {

    /** How a lock is held. All clients of a table must use the same. */
    public enum Mode {
        /** By an owner and an expiry in the lock's row, written in short transactions. A crash frees it when the lease ends. */
        LEASE,
        /**
         * By the row lock itself, in an open transaction on a connection of its own; so it is for few, short locks. A crash
         * frees it at once, with the connection; a holder that is stopped or cut off, when the database has not heard of it
         * for its lease and a second or two.
         */
        ROW
    }

    /** The backend of its mode. */
    private final LockBackend mode;

    private JdbcBackend(LockBackend mode) {
        this.mode = mode;
    }

    /**
     * A backend with default options on the application's connections. Creates the lock table if it is missing.
     *
     * @param source gives connections, which are given back as they were; it stays open when the backend is closed. It should
     *     have a few to spare: on PostgreSQL one is kept for wake-ups, and an exchange needs one while the application's own
     *     threads that wait for a lock may have the others
     * @return the backend
     * @throws dev.pawl.lock.LockBackendException if the database is unreachable or refuses
     * @throws dev.pawl.lock.LockConfigException if the lock table is missing or has another shape; the message has the DDL
     */
    public static JdbcBackend create(DataSource source) {
        return builder(source).build();
    }

    /**
     * A builder for a backend on the application's connections.
     *
     * @param source as for {@link #create}
     * @return a builder with the default options
     */
    public static Builder builder(DataSource source) {
        return new Builder(Objects.requireNonNull(source, "source"));
    }

    @Override
    public Guarantees guarantees() {
        return mode.guarantees();
    }

    @Override
    public Contender join(Contest contest) {
        return mode.join(contest);
    }

    @Override
    public boolean canAttemptAll() {
        return mode.canAttemptAll();
    }

    @Override
    public CompletionStage<List<Grant>> attemptAll(List<Contender> contenders, Executor blocking) {
        return mode.attemptAll(contenders, blocking);
    }

    @Override
    public CompletionStage<Map<Grant, RenewalOutcome>> renew(Collection<Grant> due, Executor blocking) {
        return mode.renew(due, blocking);
    }

    @Override
    public CompletionStage<RenewalOutcome> renew(Grant grant, Duration time, Executor blocking) {
        return mode.renew(grant, time, blocking);
    }

    @Override
    public CompletionStage<ReleaseOutcome> releaseLater(Grant grant, Duration rest, Executor blocking) {
        return mode.releaseLater(grant, rest, blocking);
    }

    @Override
    public CompletionStage<Optional<TokenBlock>> extend(Grant grant, int tokens, Executor blocking) {
        return mode.extend(grant, tokens, blocking);
    }

    @Override
    public CompletionStage<ReleaseOutcome> release(Grant grant, Executor blocking) {
        return mode.release(grant, blocking);
    }

    @Override
    public CompletionStage<Optional<LockInfo>> inspect(String name, Executor blocking) {
        return mode.inspect(name, blocking);
    }

    @Override
    public CompletionStage<List<LockInfo>> list(String prefix, int limit, Executor blocking) {
        return mode.list(prefix, limit, blocking);
    }

    @Override
    public CompletionStage<Optional<LockInfo>> takeAway(FencingToken seen, boolean atOnce, Executor blocking) {
        return mode.takeAway(seen, atOnce, blocking);
    }

    @Override
    public CompletionStage<?> ping(Executor blocking) {
        return mode.ping(blocking);
    }

    @Override
    public void close() {
        mode.close();
    }

    /** Options of a {@link JdbcBackend}. Not safe for use by several threads. */
    public static final class Builder {

        private final DataSource source;
        private JdbcOptions options = JdbcOptions.DEFAULTS;
        private Duration connectTimeout = StartUp.USUAL_LIMIT;

        private Builder(DataSource source) {
            this.source = source;
        }

        /**
         * Sets the prefix of every row's name; {@code pawl} by default.
         *
         * @param namespace 1 to 64 letters, digits, {@code .}, {@code _} or {@code -}, the first a letter or digit
         * @return this
         */
        public Builder namespace(String namespace) {
            options = options.withNamespace(namespace);
            return this;
        }

        /**
         * Sets the lock table; {@code pawl_lock} by default. The table of permits has its name, with {@code _permits} behind it.
         *
         * @param table letters, digits and {@code _}, perhaps after a schema and a dot
         * @return this
         */
        public Builder table(String table) {
            options = options.withTable(table);
            return this;
        }

        /**
         * Sets whether the lock table is created when it is missing, and the table of permits when somebody first asks for permits; they
         * are by default.
         *
         * @param createTable false if somebody else creates them
         * @return this
         */
        public Builder createTable(boolean createTable) {
            options = options.withCreateTable(createTable);
            return this;
        }

        /**
         * Sets how a lock is held; {@link Mode#LEASE} by default.
         *
         * @param mode the same for all clients of the table
         * @return this
         */
        public Builder mode(Mode mode) {
            options = options.withMode(mode);
            return this;
        }

        /**
         * Sets the longest that one exchange may take; five seconds by default. How long it waits for a connection is up to
         * the pool.
         *
         * @param ioTimeout from 500 ms to an hour
         * @return this
         */
        public Builder ioTimeout(Duration ioTimeout) {
            options = options.withIoTimeout(ioTimeout);
            return this;
        }

        /**
         * Sets how long the row of an unused name is kept after its last grant; thirty days by default. Tokens go up beyond
         * that too, as long as the database's clock is not set back by more.
         *
         * @param idleRetention at least ten minutes
         * @return this
         */
        public Builder idleRetention(Duration idleRetention) {
            options = options.withIdleRetention(idleRetention);
            return this;
        }

        /**
         * Sets how many locks may be held at once in row mode; ten by default. Each takes a connection.
         *
         * @param rowConnections from 1 to 1000
         * @return this
         */
        public Builder rowConnections(int rowConnections) {
            options = options.withRowConnections(rowConnections);
            return this;
        }

        /**
         * Sets how long {@link #build()} may try to reach the service; ten seconds by default. An attempt that timed out is repeated
         * until this is over; one that was refused is not. The last may add what the pool allows.
         *
         * @param connectTimeout from zero, which means one attempt, to an hour
         * @return this
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder connectTimeout(Duration connectTimeout) {
            this.connectTimeout = StartUp.checked(connectTimeout);
            return this;
        }

        /**
         * Connects, and looks for the lock table.
         *
         * @return the backend
         * @throws dev.pawl.lock.LockBackendException if the database is unreachable or refuses
         * @throws dev.pawl.lock.LockConfigException if the lock table is missing or has another shape, or the database cannot do
         *     what is asked; the message says what to do
         */
        public JdbcBackend build() {
            return StartUp.withClient(JdbcBackend.class, connectTimeout)
                    .connect(() -> new JdbcBackend(Assembly.on(source, options)));
        }
    }
}
