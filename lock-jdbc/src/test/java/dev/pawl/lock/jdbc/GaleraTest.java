package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testservers.GaleraCluster;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;

/** A Galera cluster whose clients write to both of its nodes. */
@Timeout(180)
@EnabledIf(value = "dev.pawl.lock.testservers.MariaDbServer#isAvailable", disabledReason = "MariaDB runs in Docker")
@Full
final class GaleraTest {

    private static final int ROUNDS = 60;

    private static GaleraCluster cluster;

    private final SqlClients clients = new SqlClients();

    @BeforeAll
    static void start() {
        cluster = GaleraCluster.start();
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @AfterEach
    void close() throws Exception {
        clients.close();
    }

    /** Lets a client at each node try at the same moment, again and again; says how often both had it. */
    private <T extends AutoCloseable> int roundsGrantedToBoth(Function<LockClient, Optional<T>> attempt)
            throws Exception {
        List<LockClient> two = Stream.of(0, 1)
                .map(node -> clients.connect(cluster.url(node), "pawl.jdbc.io-timeout=10s"))
                .toList();
        ExecutorService threads = Executors.newFixedThreadPool(two.size());
        int grants = 0;
        int both = 0;
        try {
            for (int round = 0; round < ROUNDS; round++) {
                CyclicBarrier atOnce = new CyclicBarrier(two.size());
                List<Callable<Optional<T>>> attempts = two.stream()
                        .<Callable<Optional<T>>>map(client -> () -> {
                            atOnce.await();
                            return attempt.apply(client);
                        })
                        .toList();
                List<T> granted = new ArrayList<>();
                for (Future<Optional<T>> answer : threads.invokeAll(attempts)) {
                    grantedBy(answer).ifPresent(granted::add);
                }
                grants += granted.size();
                both += granted.size() > 1 ? 1 : 0;
                for (T lease : granted) {
                    lease.close();
                }
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(grants).isPositive();
        return both;
    }

    /** A busy cluster may leave an attempt without an answer: that is a fault, and no grant. */
    private static <T> Optional<T> grantedBy(Future<Optional<T>> answer) throws Exception {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(LockBackendException.class);
            return Optional.empty();
        }
    }

    @Test
    void attemptsAtBothNodesAtOnce_areNeverBothGranted() throws Exception {
        assertThat(roundsGrantedToBoth(client -> client.lock("one").tryAcquire()))
                .isZero();
    }

    @Test
    void attemptsAtSeveralNames_atBothNodesAtOnce_areNeverBothGranted() throws Exception {
        assertThat(roundsGrantedToBoth(
                        client -> client.lockAll(List.of("a", "b", "c")).tryAcquire()))
                .isZero();
    }

    @Test
    void rowMode_isRefused_forItsRowLocksAreOfOneNode() {
        assertThatThrownBy(() -> clients.connect(cluster.url(1), "pawl.jdbc.mode=row"))
                .isInstanceOf(LockConfigException.class)
                .hasMessageContaining("Galera")
                .hasMessageContaining("lease mode");
    }

    @Test
    void guardByTheLocksRow_isRefused_forItsRowLockIsOfOneNode() throws SQLException {
        Lease lease =
                clients.connect(cluster.url(0)).lock("guarded").tryAcquire().orElseThrow();
        try (Connection transaction = cluster.connect(0)) {
            transaction.setAutoCommit(false);
            assertThatThrownBy(() -> JdbcLockGuard.create().enter(transaction, lease.token()))
                    .isInstanceOf(LockConfigException.class)
                    .hasMessageContaining("Galera")
                    .hasMessageContaining("JdbcFencingGuard");
        }
    }

    @Test
    void joinedLockAtBothNodes_letsOneOfThemCommit() throws SQLException {
        clients.connect(cluster.url(0));
        try (Connection first = cluster.connect(0);
                Connection second = cluster.connect(1)) {
            first.setAutoCommit(false);
            second.setAutoCommit(false);
            FencingToken one = JdbcLocks.lockIn(first, "joined", Duration.ofSeconds(5));
            FencingToken other = JdbcLocks.lockIn(second, "joined", Duration.ofSeconds(5));
            assertThat(other).isNotEqualTo(one);

            first.commit();

            assertThatThrownBy(second::commit).isInstanceOf(SQLException.class);
        }
    }
}
