package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfig;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.MultiLease;
import dev.pawl.lock.StaleTokenException;
import dev.pawl.lock.fencing.JdbcFencingGuard;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Names that not every PostgreSQL database can store. */
@Timeout(120)
final class PostgresNamesTest {

    private static final List<String> EMOJI = List.of("\uD83D\uDD13 open", "\uD83D\uDD12 shut", "\uD83D\uDD11");
    private static final List<String> LATIN = List.of("Stra\u00dfe", "caf\u00e9", "plain");

    private final PostgresServer server = PostgresServer.shared();
    private final SqlClients clients = new SqlClients();

    @BeforeEach
    void heal() {
        server.heal();
    }

    @AfterEach
    void close() throws Exception {
        clients.close();
        execute("DROP DATABASE IF EXISTS latin");
    }

    private void execute(String sql) {
        server.ask(admin -> admin.createStatement().execute(sql));
    }

    private void assertLockedAtOnce(String url, List<String> names) {
        LockClient first = clients.connect(url);
        LockClient second = clients.connect(url);
        for (int i = 0; i < 2; i++) {
            try (MultiLease lease = first.lockAll(names).tryAcquire().orElseThrow()) {
                assertThat(lease.tokens()).containsOnlyKeys(names);
                for (String name : names) {
                    assertThat(second.lock(name).tryAcquire()).as(name).isEmpty();
                }
            }
        }
        Bench.hold(second, names.get(0)).close();
    }

    @Test
    void severalNamesOfEmoji_areLockedAtOnce() {
        assertLockedAtOnce(server.url(), EMOJI);
    }

    private String latin1() {
        execute("CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
        return server.url().replace("/pawl?", "/latin?");
    }

    @Test
    void labelThatTheDatabaseCannotStore_keepsNobodyFromTheLock() {
        LockConfig config = LockConfig.builder()
                .url(latin1())
                .holder("b\u00fcro \uD83D\uDD12 3")
                .build();
        LockClient client = clients.closing(LockClient.connect(config));
        try (Lease lease = Bench.hold(client, "jobs")) {
            LockInfo info = client.inspect("jobs").orElseThrow();
            assertThat(info.holder()).hasValue("b?ro ? 3");
            assertThat(info.token()).isEqualTo(lease.token());
        }
    }

    @Test
    void inADatabaseOfLatin1_namesThatItCannotStoreAreLockedLikeOthers() {
        String url = latin1();
        assertLockedAtOnce(url, LATIN);
        assertLockedAtOnce(url, EMOJI);
    }

    @Test
    void inADatabaseOfLatin1_joinedLocksAndGuardsKnowSuchNames() throws Exception {
        String url = latin1();
        String name = EMOJI.get(0);
        LockClient client = clients.connect(url);
        try (Connection transaction = DriverManager.getConnection(url);
                Statement statement = transaction.createStatement()) {
            JdbcFencingGuard fences = JdbcFencingGuard.create("latin_fence");
            fences.createTable(transaction);
            statement.execute("CREATE TABLE protected (id int)");
            fences.requireEntered(transaction, "protected", name);
            transaction.setAutoCommit(false);
            FencingToken joined = JdbcLocks.lockIn(transaction, name);
            // It is the same row, which lease mode waits for.
            assertThatThrownBy(() -> client.lock(name).tryAcquire()).hasMessageContaining("locked by another session");
            assertThatThrownBy(() -> statement.execute("INSERT INTO protected VALUES (1)"))
                    .isInstanceOf(SQLException.class);
            transaction.rollback();
            try (Lease lease = Bench.hold(client, name)) {
                JdbcLockGuard.create().enter(transaction, lease.token());
                fences.enter(transaction, lease.token());
                assertThat(fences.update(transaction, lease.token(), "INSERT INTO protected VALUES (?)", 1))
                        .isEqualTo(1);
                transaction.commit();
                FencingToken stale = new FencingToken(name, 1);
                assertThatThrownBy(() -> fences.update(transaction, stale, "INSERT INTO protected VALUES (?)", 2))
                        .isInstanceOf(StaleTokenException.class);
                transaction.rollback();
                assertThat(joined.lock()).isEqualTo(name);
            }
        }
    }
}
