package dev.pawl.lock.testservers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;

/** What MariaDB has of its own: two drivers, users, global variables, a log. */
@EnabledIf(value = "dev.pawl.lock.testservers.MariaDbServer#isAvailable", disabledReason = "MariaDB is left out")
@Timeout(180)
class MariaDbServerTest {

    private MariaDbServer server;

    @BeforeEach
    void start() {
        server = MariaDbServer.shared();
    }

    @AfterEach
    void heal() {
        server.heal();
        server.clearLog();
    }

    @Test
    void bothDriversConnect() throws SQLException {
        try (Connection ours = DriverManager.getConnection(server.url());
                Connection theirs = DriverManager.getConnection(server.mysqlUrl())) {
            assertThat(ours.getMetaData().getDriverName()).contains("MariaDB");
            assertThat(theirs.getMetaData().getDriverName()).contains("MySQL");
            SqlServer.execute(ours, "CREATE TABLE note (text VARCHAR(20))", "INSERT INTO note VALUES ('\uD83D\uDD12')");
            assertThat(SqlServer.strings(theirs, "SELECT text FROM note")).containsExactly("\uD83D\uDD12");
        }
    }

    @Test
    void log_tellsWhatFailed_untilHealed() throws SQLException {
        try (Connection client = DriverManager.getConnection(server.url())) {
            assertThatThrownBy(() -> SqlServer.execute(client, "SELECT * FROM nowhere"))
                    .isInstanceOf(SQLException.class);
            assertThat(server.log()).anyMatch(line -> line.contains("pawl") && line.contains("nowhere"));
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
        try (Connection client = DriverManager.getConnection(server.url())) {
            SqlServer.execute(client, "CREATE TABLE note (text VARCHAR(20))");
        }
        server.cutConnections();
        assertThat(server.log()).isEmpty();
    }

    @Test
    void heal_undoesUsersAndDatabases() {
        server.run(admin -> SqlServer.execute(
                admin,
                "CREATE USER 'no body'@'%' IDENTIFIED BY 'secret'",
                "CREATE DATABASE `else where`",
                "CREATE TABLE `else where`.note (text VARCHAR(20))"));
        server.heal();
        assertThat(strings("SELECT user FROM mysql.user")).doesNotContain("no body");
        assertThat(strings("SHOW DATABASES")).doesNotContain("else where");
    }

    @Test
    void heal_undoesGlobalVariables() {
        server.run(admin -> SqlServer.execute(admin, "SET GLOBAL innodb_lock_wait_timeout = 7"));
        server.heal();
        assertThat(strings("SELECT @@innodb_lock_wait_timeout")).containsExactly("50");
    }

    private List<String> strings(String query) {
        return server.ask(admin -> SqlServer.strings(admin, query));
    }
}
