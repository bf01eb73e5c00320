package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.LockClient;
import dev.pawl.lock.jdbc.internal.dialect.Dialect;
import dev.pawl.lock.jdbc.internal.dialect.Reply;
import dev.pawl.lock.jdbc.internal.dialect.ShortPath;
import dev.pawl.lock.jdbc.internal.dialect.ShortPath.Having;
import dev.pawl.lock.jdbc.internal.dialect.ShortPath.Wanted;
import dev.pawl.lock.jdbc.internal.postgresql.PostgresDialect;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.PostgresServer;
import dev.pawl.lock.testservers.TestedDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The statements for several locks of different owners on PostgreSQL: each owner gets what it could have got alone, and nobody waits for a row. */
@Timeout(120)
final class PostgresTogetherTest {

    private static final long LEASE = 60_000_000;
    private static final List<String> NAMES = List.of("free", "held", "expired", "queued", "locked");

    private final PostgresServer server = PostgresServer.shared();
    private final SqlClients clients = new SqlClients();
    private Connection connection;
    private ShortPath shortPath;

    @BeforeEach
    void connect() throws SQLException {
        server.heal();
        try (LockClient client = LockClient.connect(server.url())) {
            for (String name : NAMES) {
                Bench.hold(client, name).close();
            }
        }
        connection = clients.closing(DriverManager.getConnection(server.url()));
        shortPath = PostgresDialect.of(connection, "pawl_lock", Dialect.ROW_WAIT)
                .shortPath()
                .orElseThrow();
        set("held", "owner = 'somebody', expires_at = clock_timestamp() + interval '1 minute'");
        set("expired", "owner = 'somebody'");
        set("queued", "waiters = '{node:waiter}'");
    }

    @AfterEach
    void close() throws Exception {
        clients.close();
    }

    private void set(String name, String change) {
        server.ask(admin -> {
            try (Statement update = admin.createStatement()) {
                return update.execute(
                        "UPDATE pawl_lock SET " + change + " WHERE name = '" + SqlFixture.row(name) + "'");
            }
        });
    }

    /** The row of each lock: its owner, its token. */
    private Map<String, String> rows(String columns) {
        return server.ask(admin -> {
            Map<String, String> rows = new TreeMap<>();
            try (Statement select = admin.createStatement();
                    ResultSet row = select.executeQuery("SELECT name, " + columns + " FROM pawl_lock")) {
                while (row.next()) {
                    rows.put(row.getString(1).substring(SqlFixture.row("").length()), row.getString(2));
                }
            }
            return rows;
        });
    }

    private static Wanted wanted(String name) {
        return new Wanted(SqlFixture.row(name), "owner of " + name, "label of " + name, LEASE);
    }

    private static Having having(String name) {
        return new Having(SqlFixture.row(name), "owner of " + name);
    }

    private static List<Wanted> wanted(Stream<String> names) {
        return names.map(PostgresTogetherTest::wanted).toList();
    }

    @Test
    void ofSeveralLocks_thoseThatNobodyHasAndNobodyWaitsFor_areGranted() throws Exception {
        Map<String, String> tokens = rows("token");
        Map<String, String> owners = rows("owner");
        Map<String, Reply> granted;
        try (ForeignSession session = ForeignSession.locking(TestedDatabase.POSTGRESQL, server, "locked")) {
            granted = shortPath.acquire(
                    connection, wanted(Stream.of("locked", "new", "queued", "held", "free", "expired")));
        }
        owners.putAll(Map.of("free", "owner of free", "expired", "owner of expired"));
        assertThat(rows("owner")).isEqualTo(owners);
        assertThat(granted).containsOnlyKeys("owner of free", "owner of expired");
        for (String name : List.of("free", "expired")) {
            Reply reply = Objects.requireNonNull(granted.get("owner of " + name));
            assertThat(reply.granted()).isTrue();
            assertThat(Long.toString(reply.previous())).isEqualTo(tokens.get(name));
            assertThat(reply.token()).isGreaterThan(reply.previous());
            assertThat(rows("token")).containsEntry(name, Long.toString(reply.token()));
            assertThat(rows("holder")).containsEntry(name, "label of " + name);
            assertThat(rows("extract(epoch FROM expires_at - granted_at)::int")).containsEntry(name, "60");
        }
    }

    /** As when a client asks again for a name before it knows what came of the first time. */
    @Test
    void ofTwoOwnersOfOneLock_oneIsGranted() throws SQLException {
        List<Wanted> both = List.of(
                new Wanted(SqlFixture.row("free"), "one", "", LEASE),
                new Wanted(SqlFixture.row("free"), "two", "", LEASE));
        Map<String, Reply> granted = shortPath.acquire(connection, both);
        assertThat(granted).hasSize(1).containsKey(rows("owner").get("free"));
    }

    @Test
    void ofSeveralHolds_thoseThatAreTheirOwnersAndWantedByNobody_areGivenBack() throws Exception {
        for (String name : NAMES) {
            set(name, "owner = 'owner of " + name + "', expires_at = clock_timestamp() + interval '1 minute'");
        }
        set("held", "owner = 'another'");
        set("expired", "owner = '!owner of expired'");
        Set<String> released;
        try (ForeignSession session = ForeignSession.locking(TestedDatabase.POSTGRESQL, server, "locked")) {
            List<Having> all = new ArrayList<>();
            List.of("queued", "new", "free", "locked", "held", "expired").forEach(name -> all.add(having(name)));
            released = shortPath.release(connection, all);
        }
        assertThat(released).containsExactly("owner of free");
        assertThat(rows("owner"))
                .isEqualTo(Map.of(
                        "free", "",
                        "held", "another",
                        "expired", "!owner of expired",
                        "queued", "owner of queued",
                        "locked", "owner of locked"));
        assertThat(rows("expires_at > clock_timestamp()"))
                .containsEntry("free", "f")
                .containsEntry("queued", "t");
    }

    @Test
    void ofTwoWhoSayThatTheyHaveALock_theOneWhoHasIt_givesItBack() throws SQLException {
        set("free", "owner = 'two', expires_at = clock_timestamp() + interval '1 minute'");
        assertThat(shortPath.release(
                        connection,
                        List.of(
                                new Having(SqlFixture.row("free"), "one"),
                                new Having(SqlFixture.row("free"), "two"),
                                new Having(SqlFixture.row("free"), "three"))))
                .containsExactly("two");
    }
}
