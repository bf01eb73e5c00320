package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.DistributedSemaphore;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.SqlServer;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What each operation costs on a warm connection: a count, never a time. */
@Timeout(120)
abstract class SqlBudget {

    private static final int MANY = 1_000;

    final SqlClients clients = new SqlClients();
    private final SqlServer server;
    private final AtomicInteger serial = new AtomicInteger();

    SqlBudget(SqlServer server) {
        this.server = server;
    }

    @BeforeEach
    void heal() {
        server.heal();
    }

    @AfterEach
    void close() throws Exception {
        clients.close();
    }

    /** A backend with one connection, on which everything is counted. */
    abstract LockBackend counted();

    /** A client whose costs are not counted. */
    abstract LockClient uncounted();

    /** A connection on which everything is counted. */
    abstract Connection countedConnection() throws Exception;

    /** What has been counted so far. */
    abstract long spent();

    int busyTry() {
        return 1;
    }

    int joinedAcquire() {
        return 1;
    }

    /** The name's row, its holders, one more, the token, and the end of the transaction. A release leaves the token. */
    int acquireOfPermits() {
        return 5;
    }

    /** A lock that nobody has had yet has no row. */
    int acquireOfANewName() {
        return 1;
    }

    private LockClient client() {
        return LockClient.using(counted());
    }

    private Counted costs(LockClient client) {
        DistributedLock other = client.lock("to-be-busy");
        return new Counted(this::spent, () -> other.acquire().close());
    }

    @Test
    void acquireOfAFreeLock_staysWithinTheBudget() throws Exception {
        LockClient client = clients.closing(client());
        DistributedLock lock = client.lock("free");
        lock.acquire().close();
        Deque<Lease> held = new ArrayDeque<>();
        assertThat(costs(client)
                        .costs(() -> held.push(lock.acquire()), () -> held.pop().close()))
                .isEqualTo(Counted.always(1));
    }

    @Test
    void acquireOfALockThatNobodyHasHadYet_staysWithinTheBudget() throws Exception {
        LockClient client = clients.closing(client());
        Deque<Lease> held = new ArrayDeque<>();
        assertThat(costs(client)
                        .costs(
                                () -> held.push(client.lock("new-" + serial.incrementAndGet())
                                        .acquire()),
                                () -> held.pop().close()))
                .isEqualTo(Counted.always(acquireOfANewName()));
    }

    @Test
    void tryAcquireOfALockThatAnotherHolds_staysWithinTheBudget() throws Exception {
        LockClient client = clients.closing(client());
        try (Lease other = Bench.hold(uncounted(), "busy")) {
            DistributedLock lock = client.lock("busy");
            assertThat(costs(client).costs(() -> assertThat(lock.tryAcquire()).isEmpty(), () -> {}))
                    .isEqualTo(Counted.always(busyTry()));
            other.ensureValid();
        }
    }

    @Test
    void release_staysWithinTheBudget() throws Exception {
        LockClient client = clients.closing(client());
        DistributedLock lock = client.lock("released");
        Deque<Lease> held = new ArrayDeque<>();
        Counted costs = new Counted(this::spent, () -> held.push(lock.acquire()));
        assertThat(costs.costs(() -> held.pop().close(), () -> {})).isEqualTo(Counted.always(1));
    }

    @Test
    void acquireAndReleaseOfPermits_stayWithinTheBudget() throws Exception {
        LockClient client = clients.closing(client());
        DistributedSemaphore semaphore = client.semaphore("permits", 3);
        Deque<Lease> held = new ArrayDeque<>();
        assertThat(costs(client)
                        .costs(
                                () -> held.push(semaphore.acquire()),
                                () -> held.pop().close()))
                .as("acquire")
                .isEqualTo(Counted.always(acquireOfPermits()));
        Counted costs = new Counted(this::spent, () -> held.push(semaphore.acquire()));
        assertThat(costs.costs(() -> held.pop().close(), () -> {}))
                .as("release")
                .isEqualTo(Counted.always(acquireOfPermits() - 1));
    }

    @Test
    void renewalOfAThousandHolds_staysWithinTheBudget() throws Exception {
        LockBackend backend = clients.closing(counted());
        List<Grant> grants = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            grants.add(grant(backend, "renewed-" + i));
        }
        Counted costs = new Counted(this::spent, () -> {
            grant(backend, "to-be-busy");
        });
        assertThat(costs.costs(
                        () -> {
                            Map<Grant, RenewalOutcome> outcomes = Bench.get(backend.renew(grants, Runnable::run));
                            assertThat(outcomes).hasSize(MANY).containsValue(RenewalOutcome.RENEWED);
                            assertThat(outcomes.values()).containsOnly(RenewalOutcome.RENEWED);
                        },
                        () -> {}))
                .isEqualTo(Counted.always(1));
    }

    @Test
    void joinedAcquire_staysWithinTheBudget() throws Exception {
        uncounted().lock("joined").acquire().close();
        try (Connection transaction = countedConnection()) {
            transaction.setAutoCommit(false);
            Counted costs = new Counted(this::spent, () -> {
                transaction.rollback();
                transaction.createStatement().execute("SELECT 1");
            });
            assertThat(costs.costs(
                            () -> JdbcLocks.lockIn(transaction, "joined", Duration.ofSeconds(1)),
                            transaction::rollback))
                    .isEqualTo(Counted.always(joinedAcquire()));
        }
    }

    /** The same contest asks again for a lock that it has: the answer is the same. */
    private static Grant grant(LockBackend backend, String name) {
        Attempt attempt = Bench.get(backend.join(new Quiet(name)).attempt(false, 1, Runnable::run));
        assertThat(attempt).isInstanceOf(Attempt.Granted.class);
        return ((Attempt.Granted) attempt).grant();
    }

    /** A contest whose owner is known by its name. */
    private record Quiet(String name) implements Contest {

        @Override
        public String owner() {
            return "owner-of-" + name;
        }

        @Override
        public Duration leaseTime() {
            return Duration.ofMinutes(5);
        }

        @Override
        public Duration retryCeiling() {
            return Duration.ofSeconds(1);
        }

        @Override
        public void wake() {
            throw new AssertionError("nobody waits for " + name);
        }

        @Override
        public void lost(LossReason reason) {
            throw new AssertionError(name + " was lost: " + reason);
        }
    }
}
