package dev.pawl.lock.liquibase;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfig;
import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.LockException;
import dev.pawl.lock.LockInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import liquibase.GlobalConfiguration;
import liquibase.Scope;
import liquibase.changelog.ChangeLogHistoryServiceFactory;
import liquibase.database.Database;
import liquibase.database.OfflineConnection;
import liquibase.exception.DatabaseException;
import liquibase.lockservice.DatabaseChangeLogLock;
import liquibase.lockservice.LockService;
import org.jspecify.annotations.Nullable;

/**
 * The change log lock of Liquibase, taken from Pawl instead of a table. A migration whose process is killed frees it: after the lease time,
 * or with its session, as the backend says. Liquibase finds this class by itself and prefers it to its own.
 *
 * <p>Where the lock service is, {@link LockConfig#load()} says ({@code pawl.url} and its like), or a client that you name with {@link
 * #use}. If neither does, a migration fails before it changes anything. The name of the lock is made of the database's product,
 * catalog and schema and of the table of the change log, so migrations of different databases do not wait for each other.
 *
 * <p>Used by one thread at a time, as Liquibase does; {@link #use} is safe for use by several threads.
 */
public final class PawlLiquibaseLockService implements LockService {

    private static final int BEFORE_LIQUIBASES_OWN = PRIORITY_DATABASE + 5;

    private static volatile @Nullable LockClient lent;

    private @Nullable Database database;
    private @Nullable Duration waitTime;

    /** Null while nothing is held. */
    private @Nullable Hold hold;

    /** The lock service, whose client is closed with it if it was made for the purpose. */
    private record Service(LockClient client, boolean made) implements AutoCloseable {

        @Override
        public void close() {
            if (made) {
                client.close();
            }
        }
    }

    private record Hold(Service service, Lease lease) {}

    /** For Liquibase, which makes one for each database. */
    public PawlLiquibaseLockService() {}

    /**
     * Has all migrations of this JVM that begin from now on take their locks from a client. It stays yours: close it when they are over.
     *
     * @param client the client, or null to go by {@link LockConfig#load()} again
     */
    public static void use(@Nullable LockClient client) {
        lent = client;
    }

    @Override
    public int getPriority() {
        return BEFORE_LIQUIBASES_OWN;
    }

    /** All but those that only write a script. */
    @Override
    public boolean supports(Database database) {
        return !(database.getConnection() instanceof OfflineConnection);
    }

    @Override
    public void setDatabase(Database database) {
        this.database = database;
    }

    /** Nothing is made in the database. */
    @Override
    public void init() {}

    /** @param minutes how long {@link #waitForLock} waits */
    @Override
    public void setChangeLogLockWaitTime(long minutes) {
        waitTime = Duration.ofMinutes(minutes);
    }

    /** Has no effect: a waiter is woken. */
    @Override
    public void setChangeLogLockRecheckTime(long seconds) {}

    @Override
    public boolean hasChangeLogLock() {
        return hold != null;
    }

    /**
     * Waits until this process has the lock, for {@code liquibase.changelogLockWaitTimeInMinutes} at the most.
     *
     * @throws liquibase.exception.LockException if that time is over, the thread is interrupted, the service cannot be asked, or nothing
     *     says where it is
     */
    @Override
    public void waitForLock() throws liquibase.exception.LockException {
        Duration most = waitTime != null
                ? waitTime
                : Duration.ofMinutes(GlobalConfiguration.CHANGELOGLOCK_WAIT_TIME.getCurrentValue());
        acquire(lock -> lock.acquire(most));
    }

    /**
     * Takes the lock if it is free.
     *
     * @return whether this process has it
     * @throws liquibase.exception.LockException if the service cannot be asked, or nothing says where it is
     */
    @Override
    public boolean acquireLock() throws liquibase.exception.LockException {
        acquire(lock -> lock.tryAcquire().orElse(null));
        return hasChangeLogLock();
    }

    /** One way to acquire. */
    @FunctionalInterface
    private interface Acquisition {
        @Nullable
        Lease of(DistributedLock lock) throws InterruptedException;
    }

    private void acquire(Acquisition acquisition) throws liquibase.exception.LockException {
        if (hold != null) {
            return;
        }
        Database of = database();
        Service service = service();
        try {
            // What Liquibase has looked at before lies in a transaction, which would stay open for as long as this
            // waits.
            of.rollback();
            Lease lease = acquisition.of(service.client().lock(name(of)));
            hold = lease == null ? null : new Hold(service, lease);
        } catch (DatabaseException e) {
            throw new liquibase.exception.LockException(e);
        } catch (LockException e) {
            throw new liquibase.exception.LockException("could not acquire the change log lock: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new liquibase.exception.LockException("interrupted while waiting for the change log lock", e);
        } finally {
            if (hold == null) {
                service.close();
            }
        }
        if (hold != null) {
            forgetWhatWasSeen(of);
        }
    }

    /** Another may have migrated meanwhile; made the table of the change log, to begin with. */
    private static void forgetWhatWasSeen(Database of) {
        Scope.getCurrentScope()
                .getSingleton(ChangeLogHistoryServiceFactory.class)
                .resetAll();
        of.setCanCacheLiquibaseTableInfo(true);
    }

    /**
     * Gives the lock back.
     *
     * @throws liquibase.exception.LockException if it was lost before: another process may have migrated at the same time
     */
    @Override
    public void releaseLock() throws liquibase.exception.LockException {
        Hold held = hold;
        hold = null;
        if (held != null) {
            database().setCanCacheLiquibaseTableInfo(false);
            try {
                held.lease().close();
            } catch (LeaseLostException e) {
                throw new liquibase.exception.LockException(
                        "the change log lock was lost while this process migrated; another may have migrated at the same"
                                + " time: " + e.getMessage(),
                        e);
            } finally {
                held.service().close();
            }
        }
    }

    /** Who has the lock now, where the service can say it. */
    @Override
    public DatabaseChangeLogLock[] listLocks() throws liquibase.exception.LockException {
        return withLock(lock ->
                lock.inspect().stream().map(PawlLiquibaseLockService::described).toArray(DatabaseChangeLogLock[]::new));
    }

    private static DatabaseChangeLogLock described(LockInfo held) {
        return new DatabaseChangeLogLock(
                1,
                Date.from(held.since().orElse(Instant.EPOCH)),
                held.holder().orElse("token " + held.token().value()));
    }

    /** Frees the lock at once, whoever has it: two processes may then migrate at the same time. */
    @Override
    public void forceReleaseLock() throws liquibase.exception.LockException {
        withLock(lock -> {
            Optional<LockInfo> held = lock.inspect();
            return held.flatMap(seen -> lock.forceRelease(seen.token(), "liquibase release-locks"));
        });
    }

    private <T> T withLock(Function<DistributedLock, T> question) throws liquibase.exception.LockException {
        try (Service service = service()) {
            return question.apply(service.client().lock(name(database())));
        } catch (LockException e) {
            throw new liquibase.exception.LockException(e);
        }
    }

    private static Service service() throws liquibase.exception.LockException {
        LockClient client = lent;
        if (client != null) {
            return new Service(client, false);
        }
        try {
            return new Service(LockClient.connect(LockConfig.load()), true);
        } catch (LockConfigException e) {
            throw new liquibase.exception.LockException(
                    "lock-liquibase is on the class path and does not know its lock service. " + e.getMessage()
                            + ". Or call PawlLiquibaseLockService.use(client)",
                    e);
        } catch (LockException e) {
            throw new liquibase.exception.LockException(e);
        }
    }

    private Database database() {
        return Objects.requireNonNull(database, "database");
    }

    private static String name(Database of) {
        return Stream.of(
                        of.getShortName(),
                        of.getLiquibaseCatalogName(),
                        of.getLiquibaseSchemaName(),
                        of.getDatabaseChangeLogTableName())
                .map(part -> part == null ? "" : part)
                .collect(Collectors.joining("/", "liquibase/", ""));
    }

    /** Liquibase forgets what it knew. A lock that is held stays held until {@link #releaseLock}. */
    @Override
    public void reset() {}

    /** There is nothing in the database to remove. */
    @Override
    public void destroy() {}
}
