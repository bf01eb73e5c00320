package dev.pawl.lock.testservers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testkit.Full;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each harm has its effect and can be undone, on every database, under the provider in force. */
@Full
@Timeout(180)
class SqlServersTest {

    private static final int SHORT_MILLIS = 500;

    /** Suppliers, because JUnit would close the servers themselves after each test. */
    static Stream<Named<Supplier<SqlServer>>> databases() {
        Stream.Builder<Named<Supplier<SqlServer>>> databases = Stream.builder();
        databases.add(Named.of("PostgreSQL", PostgresServer::shared));
        databases.add(Named.of("H2", H2Server::shared));
        if (MariaDbServer.isAvailable()) {
            databases.add(Named.of("MariaDB", MariaDbServer::shared));
        }
        if (MySqlServer.isAvailable()) {
            databases.add(Named.of("MySQL", MySqlServer::shared));
        }
        return databases.build();
    }

    @AfterEach
    void heal() {
        databases().forEach(database -> database.getPayload().get().heal());
    }

    @ParameterizedTest
    @MethodSource("databases")
    void killedServer_answersNobody_andComesBackWithItsData(Supplier<SqlServer> database) throws SQLException {
        SqlServer server = database.get();
        write(server);
        try (Connection client = connect(server)) {
            server.kill();
            assertThatThrownBy(() -> value(client)).isInstanceOf(SQLException.class);
        }
        assertThatThrownBy(() -> connect(server)).isInstanceOf(SQLException.class);
        server.restart(true);
        assertThat(value(server)).isEqualTo("value");
        server.restart(true);
        assertThat(value(server)).isEqualTo("value");
    }

    @ParameterizedTest
    @MethodSource("databases")
    void serverRestartedWithoutItsData_isEmpty_soonAgain(Supplier<SqlServer> database) throws SQLException {
        SqlServer server = database.get();
        write(server);
        Duration withItsData = Bench.timed(() -> server.restart(true));
        Duration withoutItsData = Bench.timed(() -> server.restart(false));
        assertThat(withoutItsData).isLessThan(withItsData.multipliedBy(2).plusSeconds(3));
        assertThatThrownBy(() -> value(server)).isInstanceOf(SQLException.class);
        write(server);
    }

    @ParameterizedTest
    @MethodSource("databases")
    void pausedServer_isSilentToOldAndNewConnections_untilItIsResumed(Supplier<SqlServer> database) throws Exception {
        SqlServer server = database.get();
        write(server);
        // H2 knows no other time limit than the one in its URL.
        String limit = server instanceof H2Server ? ";NETWORK_TIMEOUT=" + SHORT_MILLIS : "";
        try (Connection client = DriverManager.getConnection(server.url() + limit)) {
            server.pause();
            client.setNetworkTimeout(ForkJoinPool.commonPool(), SHORT_MILLIS);
            assertThatThrownBy(() -> value(client)).isInstanceOf(SQLException.class);
            assertThatThrownBy(server::admin).isInstanceOf(SQLException.class);
        }
        server.resume();
        assertThat(value(server)).isEqualTo("value");
    }

    @ParameterizedTest
    @MethodSource("databases")
    void pausedServer_answersLate_onAConnectionThatWaits(Supplier<SqlServer> database) throws SQLException {
        SqlServer server = database.get();
        write(server);
        try (Connection client = connect(server)) {
            server.pause();
            server.resume();
            assertThat(value(client)).isEqualTo("value");
        }
    }

    @ParameterizedTest
    @MethodSource("databases")
    void connections_areCounted_andCut_butTheFixturesOwn(Supplier<SqlServer> database) throws SQLException {
        SqlServer server = database.get();
        write(server);
        assertThat(server.connections()).isZero();
        try (Connection client = connect(server);
                Connection another = connect(server);
                Connection admin = server.admin()) {
            assertThat(server.connections()).isEqualTo(2);
            server.cutConnections();
            await().until(() -> server.connections() == 0);
            assertThatThrownBy(() -> value(client)).isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> value(another)).isInstanceOf(SQLException.class);
            assertThat(value(admin)).isEqualTo("value");
        }
    }

    @ParameterizedTest
    @MethodSource("databases")
    void heal_startsTheDeadWakesThePausedAndLeavesNothing(Supplier<SqlServer> database) throws SQLException {
        SqlServer server = database.get();
        write(server);
        server.pause();
        server.heal();
        assertThatThrownBy(() -> value(server)).isInstanceOf(SQLException.class);
        write(server);
        server.kill();
        server.heal();
        assertThatThrownBy(() -> value(server)).isInstanceOf(SQLException.class);
        write(server);
    }

    @ParameterizedTest
    @MethodSource("databases")
    void heal_restartsNothingThatWorks_evenIfAClientHasLockedATable(Supplier<SqlServer> database) throws SQLException {
        SqlServer server = database.get();
        write(server);
        try (Connection client = connect(server);
                Connection admin = server.admin()) {
            client.setAutoCommit(false);
            execute(client, "UPDATE note SET text = 'locked'");
            long start = System.nanoTime();
            server.heal();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
            assertThat(server.connections()).isZero();
            assertThat(admin.isValid(0)).isTrue();
            // Else its end would fail, since it would roll back.
            client.abort(Runnable::run);
        }
        assertThatThrownBy(() -> value(server)).isInstanceOf(SQLException.class);
    }

    private static Connection connect(SqlServer server) throws SQLException {
        return DriverManager.getConnection(server.url());
    }

    private static void write(SqlServer server) throws SQLException {
        try (Connection client = connect(server)) {
            execute(client, "CREATE TABLE note (text VARCHAR(20))", "INSERT INTO note VALUES ('value')");
        }
        await().until(() -> server.connections() == 0);
    }

    private static String value(SqlServer server) throws SQLException {
        try (Connection client = connect(server)) {
            return value(client);
        }
    }

    private static String value(Connection client) throws SQLException {
        return SqlServer.strings(client, "SELECT text FROM note").get(0);
    }

    private static void execute(Connection client, String... statements) throws SQLException {
        try (Statement statement = client.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }
}
