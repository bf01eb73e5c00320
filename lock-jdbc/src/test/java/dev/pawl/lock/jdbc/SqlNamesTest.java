package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.H2Server;
import dev.pawl.lock.testservers.MariaDbServer;
import dev.pawl.lock.testservers.PostgresServer;
import dev.pawl.lock.testservers.SqlServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Names that databases like to change or to take for one another: each is a lock of its own, in one request and in many. */
@Timeout(180)
final class SqlNamesTest {

    private static final List<String> NAMES = List.of(
            "a",
            "A",
            "a ",
            "a  ",
            " a",
            "a\t",
            "ä",
            "a\u0308",
            "Ä",
            "ß",
            "ss",
            "'",
            "''",
            "\"",
            "`",
            "\\",
            "\\'",
            "x'; DROP TABLE pawl_lock; --",
            ":name",
            "?",
            "{table}",
            "%",
            "_",
            "~a",
            "#a",
            "{\"name\":\"a\"}",
            "lock 🔒",
            "lock 🔓",
            "nul\0",
            "nul\0\0",
            "nul",
            "x".repeat(1_024),
            "x".repeat(1_023),
            "x".repeat(1_023) + "y",
            "x".repeat(250),
            "x".repeat(251),
            "🔒".repeat(250),
            "🔒".repeat(251));

    private final SqlClients clients = new SqlClients();

    @AfterEach
    void close() throws Exception {
        clients.close();
    }

    @Test
    void differ_onPostgres() {
        assertAllDifferent(PostgresServer.shared(), PostgresServer.shared().url());
    }

    @Test
    void differ_onH2() {
        assertAllDifferent(H2Server.shared(), H2Server.shared().url());
    }

    @Test
    void differ_onMariaDb() {
        assumeThat(MariaDbServer.obstacle()).isEmpty();
        assertAllDifferent(MariaDbServer.shared(), MariaDbServer.shared().url());
    }

    @Test
    void differ_onMariaDbWithMySqlsDriver() {
        assumeThat(MariaDbServer.obstacle()).isEmpty();
        assertAllDifferent(MariaDbServer.shared(), MariaDbServer.shared().mysqlUrl());
    }

    private void assertAllDifferent(SqlServer server, String url) {
        server.heal();
        LockClient client = clients.connect(url);
        LockClient other = clients.connect(url);
        List<Lease> leases = new ArrayList<>();
        NAMES.forEach(name -> leases.add(Bench.hold(client, name)));
        assertThat(NAMES.stream().map(other::lock).map(DistributedLock::tryAcquire))
                .allMatch(Optional::isEmpty);
        leases.forEach(Lease::close);
        Bench.get(other.lockAll(NAMES).acquireAsync()).close();
        Stream<Lease> again = NAMES.stream().map(name -> Bench.hold(other, name));
        again.forEach(Lease::close);
    }
}
