package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.MultiLease;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.MariaDbServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;

/** Settings of a MariaDB that change what a statement means. */
@Timeout(120)
@EnabledIf(value = "dev.pawl.lock.testservers.MariaDbServer#isAvailable", disabledReason = "MariaDB runs in Docker")
final class MariaDbSettingsTest {

    private static final String AT_ONCE = "&sessionVariables=sql_mode='STRICT_TRANS_TABLES,SIMULTANEOUS_ASSIGNMENT'";
    private static final List<String> EMOJI = List.of("\uD83D\uDD13 open", "\uD83D\uDD12 shut", "\uD83D\uDD11");

    private final MariaDbServer server = MariaDbServer.shared();
    private final SqlClients clients = new SqlClients();

    @BeforeEach
    void heal() {
        server.heal();
    }

    @AfterEach
    void close() throws Exception {
        clients.close();
    }

    @Test
    void whereAssignmentsAreMadeAllAtOnce_thereIsOneHolder_andTokensGoUp() {
        LockClient first = clients.connect(server.url() + AT_ONCE);
        LockClient second = clients.connect(server.url() + AT_ONCE);
        List<FencingToken> tokens = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            try (Lease lease = Bench.hold(first, "job")) {
                tokens.add(lease.token());
                assertThat(second.lock("job").tryAcquire()).isEmpty();
            }
            try (Lease lease = Bench.hold(second, "job")) {
                tokens.add(lease.token());
                assertThat(first.lock("job").tryAcquire()).isEmpty();
            }
            try (MultiLease lease =
                    first.lockAll(List.of("job", "other")).tryAcquire().orElseThrow()) {
                tokens.add(lease.tokens().get("job"));
                assertThat(second.lockAll(List.of("job", "third")).tryAcquire()).isEmpty();
            }
        }
        assertThat(tokens).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void whereAssignmentsAreMadeAllAtOnce_joinedTokensGoUp() throws SQLException {
        clients.connect(server.url() + AT_ONCE);
        List<FencingToken> tokens = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(server.url() + AT_ONCE)) {
            connection.setAutoCommit(false);
            for (int i = 0; i < 5; i++) {
                tokens.add(JdbcLocks.lockIn(connection, "job", Duration.ofSeconds(5)));
                connection.commit();
            }
        }
        assertThat(tokens).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void inADatabaseOfLatin1_severalNamesOfEmojiAreLockedAtOnce() {
        server.ask(admin -> admin.createStatement().execute("CREATE DATABASE latin CHARACTER SET latin1"));
        String url = server.url().replace("/pawl?", "/latin?");
        LockClient first = clients.connect(url);
        LockClient second = clients.connect(url);
        for (int i = 0; i < 2; i++) {
            try (MultiLease lease = first.lockAll(EMOJI).tryAcquire().orElseThrow()) {
                assertThat(lease.tokens()).containsOnlyKeys(EMOJI);
                for (String name : EMOJI) {
                    assertThat(second.lock(name).tryAcquire()).as(name).isEmpty();
                }
                // What an emoji would be to a database that cannot tell them apart.
                Bench.hold(second, "?").close();
            }
        }
        Bench.hold(second, EMOJI.get(0)).close();
        assertThat(rows())
                .containsExactlyInAnyOrder(Stream.concat(EMOJI.stream(), Stream.of("?"))
                        .map(SqlFixture::row)
                        .toArray(String[]::new));
    }

    private List<String> rows() {
        return server.ask(admin -> {
            List<String> names = new ArrayList<>();
            try (Statement statement = admin.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT name FROM latin.pawl_lock")) {
                while (rows.next()) {
                    names.add(rows.getString(1));
                }
            }
            return names;
        });
    }
}
