package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfig;
import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.StaleTokenException;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.SqlServer;
import dev.pawl.lock.testservers.TestedDatabase;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an operator sees of the row of a lock in lease mode, and what a revocation means there. */
@Timeout(120)
final class OperatorTest {

    private static final String LABEL = "b\u00fcro 3: 100%_|'\\ \ud83d\udd12 \ud800";

    /** Half a pair of surrogates is no character that a database could store. */
    private static final String STORED = LABEL.replace('\ud800', '?');

    private final SqlClients clients = new SqlClients();

    @AfterEach
    void close() throws Exception {
        clients.close();
    }

    private LockClient called(String holder, String url) {
        return clients.closing(
                LockClient.connect(LockConfig.builder().url(url).holder(holder).build()));
    }

    private static void execute(SqlServer server, String sql) {
        server.ask(admin -> admin.createStatement().execute(sql));
    }

    @ParameterizedTest
    @EnumSource(TestedDatabase.class)
    void labelAndTimeOfAGrant_areTold_ofOneNameAndOfSeveral(TestedDatabase database) {
        String url = database.healed().url();
        LockClient holder = called(LABEL, url);
        LockClient observer = called("somebody else", url);
        Bench.hold(holder, "jobs").close();
        try (Lease other = Bench.hold(observer, "jobs")) {
            assertThat(observer.inspect("jobs").orElseThrow().holder()).hasValue("somebody else");
            other.ensureValid();
        }
        try (var both = holder.lockAll(List.of("jobs", "more")).tryAcquire().orElseThrow()) {
            for (String name : List.of("jobs", "more")) {
                LockInfo info = observer.inspect(name).orElseThrow();
                assertThat(info.holder()).hasValue(STORED);
                assertThat(info.token()).isEqualTo(both.tokens().get(name));
                Instant since = info.since().orElseThrow();
                assertThat(Duration.between(since, info.until().orElseThrow())).isPositive();
            }
        }
        assertThat(observer.inspect("jobs")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(TestedDatabase.class)
    void guardOfTheRow_refusesARevokedHolder_beforeItHasLetGo(TestedDatabase database) throws SQLException {
        SqlServer server = database.healed();
        LockClient client = clients.connect(server.url());
        try (Lease lease = Bench.hold(client, "jobs");
                Connection transaction = DriverManager.getConnection(server.url())) {
            transaction.setAutoCommit(false);
            JdbcLockGuard.create().enter(transaction, lease.token());
            transaction.rollback();
            assertThat(client.lock("jobs").revoke(lease.token(), "a test")).isPresent();
            assertThatExceptionOfType(StaleTokenException.class)
                    .isThrownBy(() -> JdbcLockGuard.create().enter(transaction, lease.token()));
            transaction.rollback();
        }
        assertThat(client.inspect("jobs")).isEmpty();
    }

    @Test
    void backendOnADataSource_passesEverythingOn() {
        List<String> passedOn = Stream.of(JdbcBackend.class.getDeclaredMethods())
                .map(Method::getName)
                .toList();
        List<String> ofAnyBackend = Stream.of(LockBackend.class.getMethods())
                .map(Method::getName)
                .filter(method -> !method.equals("ticker"))
                .toList();
        assertThat(passedOn).containsAll(ofAnyBackend);
    }

    @ParameterizedTest
    @EnumSource(TestedDatabase.class)
    void namesThatAreStoredByTheirHash_areNotListed(TestedDatabase database) {
        LockClient client = clients.connect(database.healed().url());
        String name = "long/" + "x".repeat(300);
        try (Lease hashed = Bench.hold(client, name);
                Lease plain = Bench.hold(client, "long/1")) {
            assertThat(client.inspect(name).orElseThrow().token()).isEqualTo(hashed.token());
            assertThat(client.list("long/", 10)).extracting(LockInfo::token).containsExactly(plain.token());
            assertThat(client.list(name, 10)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(TestedDatabase.class)
    void leaseThatHasRunOut_isNobodys_andCannotBeTakenAway(TestedDatabase database) {
        LockClient client = clients.connect(
                Bench.unrenewed(Bench.BRIEF_LEASE), database.healed().url());
        FencingToken token = Bench.hold(client, "jobs").token();
        Bench.await("it runs out").until(() -> client.inspect("jobs").isEmpty());
        assertThat(client.lock("jobs").revoke(token, "a test")).isEmpty();
        assertThat(client.lock("jobs").forceRelease(token, "a test")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(TestedDatabase.class)
    void tableOfAnOlderVersion_getsTheNewColumns_orTheStartSaysWhatToRun(TestedDatabase database) {
        SqlServer server = database.healed();
        clients.connect(server.url());
        for (String column : List.of("holder", "granted_at")) {
            execute(server, "ALTER TABLE pawl_lock DROP COLUMN " + column);
        }
        assertThatExceptionOfType(LockConfigException.class)
                .isThrownBy(() -> clients.connect(server.url(), "pawl.jdbc.create-table=false"))
                .withMessageContaining("[granted_at, holder]")
                .withMessageContaining("ALTER TABLE pawl_lock ADD");
        LockClient client = clients.connect(server.url());
        try (Lease lease = Bench.hold(client, "jobs")) {
            assertThat(client.inspect("jobs").orElseThrow().token()).isEqualTo(lease.token());
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = TestedDatabase.class,
            names = {"POSTGRESQL", "MARIADB", "MYSQL"})
    void rowMode_refuses_andSaysWhatElse(TestedDatabase database) {
        LockClient client = clients.connect(database.healed().url(), "pawl.jdbc.mode=row");
        FencingToken token = new FencingToken("jobs", 1);
        assertThatExceptionOfType(LockConfigException.class)
                .isThrownBy(() -> client.inspect("jobs"))
                .withMessageContaining("INSPECT")
                .withMessageContaining("LockClient.held()")
                .withMessageContaining("row mode");
        assertThatExceptionOfType(LockConfigException.class)
                .isThrownBy(() -> client.lock("jobs").revoke(token, "a test"))
                .withMessageContaining("REVOKE");
    }
}
