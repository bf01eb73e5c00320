package dev.pawl.lock.testservers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.testkit.Full;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What PostgreSQL alone has: listeners, a process a connection, roles, a log that names its clients. */
@Full
@Timeout(180)
class PostgresServerTest {

    private final PostgresServer server = PostgresServer.shared();

    @AfterEach
    void heal() {
        server.heal();
        server.clearLog();
    }

    @Test
    void cutListeners_cutsNobodyElse() throws SQLException {
        try (Connection listener = connect("");
                Connection commander = connect("")) {
            SqlServer.execute(listener, "LISTEN channel");
            server.cutListeners();
            await().until(() -> server.connections() == 1);
            assertThatThrownBy(() -> SqlServer.execute(listener, "SELECT 1")).isInstanceOf(SQLException.class);
            SqlServer.execute(commander, "SELECT 1");
        }
    }

    @Test
    void killedServer_isGoneWithAllItsProcesses_andStartsAgainAtOnce() throws SQLException {
        List<Connection> clients = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            clients.add(connect(""));
        }
        server.pause();
        server.kill();
        for (Connection client : clients) {
            assertThatThrownBy(() -> SqlServer.execute(client, "SELECT 1")).isInstanceOf(SQLException.class);
        }
        server.restart(true);
        assertThat(server.connections()).isZero();
    }

    @Test
    void log_tellsWhoFailed_untilHealed() throws SQLException {
        try (Connection client = connect("?ApplicationName=culprit")) {
            String pid = SqlServer.strings(client, "SELECT pg_backend_pid()").get(0);
            assertThatThrownBy(() -> SqlServer.execute(client, "SELECT 1/0")).isInstanceOf(SQLException.class);
            assertThat(server.log())
                    .anyMatch(line -> line.contains("[" + pid + "] app=culprit ERROR:  division by zero"))
                    .anyMatch(line -> line.contains("[" + pid + "] app=culprit STATEMENT:  SELECT 1/0"));
        }
        server.clearLog();
        assertThat(server.log()).isEmpty();
    }

    @Test
    void log_holdsNothingOfAnOrdinaryLife() throws SQLException {
        server.restart(true);
        server.restart(false);
        server.pause();
        server.resume();
        try (Connection client = connect("")) {
            SqlServer.execute(client, "CREATE TABLE note (text VARCHAR(20))");
        }
        assertThat(server.log()).isEmpty();
    }

    @Test
    void heal_undoesRolesSchemasAndSettings() throws SQLException {
        server.run(admin -> SqlServer.execute(
                admin,
                "CREATE ROLE \"no body\" LOGIN PASSWORD 'secret'",
                "CREATE SCHEMA \"else where\" AUTHORIZATION \"no body\"",
                "CREATE TABLE \"else where\".note (text TEXT)",
                "GRANT CREATE ON SCHEMA public TO \"no body\"",
                "ALTER DATABASE pawl SET default_transaction_isolation = 'serializable'",
                "ALTER ROLE pawl SET lock_timeout = '1s'"));
        server.heal();
        assertThat(strings("SELECT rolname FROM pg_roles")).doesNotContain("no body");
        assertThat(strings("SELECT nspname FROM pg_namespace")).doesNotContain("else where");
        assertThat(strings("SHOW default_transaction_isolation")).containsExactly("read committed");
        assertThat(strings("SHOW lock_timeout")).containsExactly("0");
    }

    @Test
    void heal_undoesAlterSystem() throws SQLException {
        server.run(
                admin -> SqlServer.execute(admin, "ALTER SYSTEM SET lock_timeout = '1s'", "SELECT pg_reload_conf()"));
        server.heal();
        assertThat(strings("SHOW lock_timeout")).containsExactly("0");
    }

    @Test
    void severalServers_knowNothingOfOneAnother() throws SQLException {
        try (PostgresServer another = PostgresServer.start();
                Connection client = DriverManager.getConnection(another.url())) {
            SqlServer.execute(client, "CREATE TABLE note (text TEXT)");
            assertThat(another.connections()).isEqualTo(1);
            assertThat(server.connections()).isZero();
            server.kill();
            SqlServer.execute(client, "INSERT INTO note VALUES ('value')");
        }
    }

    private List<String> strings(String query) {
        return server.ask(admin -> SqlServer.strings(admin, query));
    }

    private Connection connect(String parameters) throws SQLException {
        return DriverManager.getConnection(server.jdbcUrl() + parameters, server.user(), server.password());
    }
}
