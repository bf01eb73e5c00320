package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfig;
import dev.pawl.lock.LockConfigException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong in a configuration is said before anything is sent. */
final class JdbcConfigTest {

    private final ServerSocket nobodyConnects = open();

    private static ServerSocket open() {
        try {
            ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            socket.setSoTimeout(1);
            return socket;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @AfterEach
    void nobodyHasConnected() throws IOException {
        try (nobodyConnects) {
            assertThat(catchThrowable(nobodyConnects::accept)).isInstanceOf(SocketTimeoutException.class);
        }
    }

    private String url() {
        return "jdbc:postgresql://127.0.0.1:" + nobodyConnects.getLocalPort() + "/app";
    }

    private static LockConfigException error(LockConfig.Builder config) {
        Throwable thrown = catchThrowable(() -> LockClient.connect(config.build()));
        assertThat(thrown).isInstanceOf(LockConfigException.class);
        return (LockConfigException) thrown;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            pawl.jdbc.pool-size       | 0       | between 1 and 1000
            pawl.jdbc.pool-size       | 1001    | between 1 and 1000
            pawl.jdbc.pool-size       | four    | not a whole number
            pawl.jdbc.io-timeout      | 1ms     | between
            pawl.jdbc.io-timeout      | 2h      | between
            pawl.jdbc.io-timeout      | soon    | not a duration
            pawl.jdbc.io-timeout      | -5s     | not a duration
            pawl.jdbc.idle-retention  | 1s      | between
            pawl.jdbc.idle-retention  | 30      | not a duration
            pawl.jdbc.mode            | session | lease or row
            pawl.jdbc.create-table    | maybe   | true or false
            pawl.jdbc.table           | my lock | letters, digits
            pawl.jdbc.table           | a.b.c   | letters, digits
            pawl.jdbc.table           | x;drop  | letters, digits
            pawl.jdbc.row-connections | 0       | between 1 and 1000
            """)
    void badValue_isRefused_withItsKeyAndWhatMayBe(String key, String value, String text) {
        assertThat(error(LockConfig.builder().url(url()).property(key, value)))
                .hasMessageContaining(key)
                .hasMessageContaining(value)
                .hasMessageContaining(text);
    }

    @Test
    void unknownKey_isRefused() {
        assertThat(error(LockConfig.builder().url(url()).property("pawl.jdbc.pool-sise", "4")))
                .hasMessageContaining("pawl.jdbc.pool-sise")
                .hasMessageContaining("did you mean 'pawl.jdbc.pool-size'");
    }

    @Test
    void databaseThatIsNotKnown_isRefused_withThoseThatAre() {
        for (String url :
                new String[] {"jdbc:oracle:thin:@//db:1521/app", "jdbc:sqlite:app.db", "jdbc:sqlserver://db"}) {
            assertThat(error(LockConfig.builder().url(url)))
                    .hasMessageContaining(url.substring(0, url.indexOf(':', 5)))
                    .hasMessageContaining("h2, mariadb, mysql, postgresql");
        }
    }

    @Test
    void amazonsWrapper_isNamedAsWhatIsMissing_notTheDatabaseItWraps() {
        assertThat(error(LockConfig.builder().url("jdbc:aws-wrapper:postgresql://db:5432/app")))
                .hasMessageContaining("no driver for 'jdbc:aws-wrapper:postgresql:'");
    }

    /** As in a servlet container, whose driver manager was used before the application's loader was there. */
    @Test
    void driverThatTheDriverManagerDoesNotKnow_isFoundBesidePawl() throws SQLException {
        String url = "jdbc:h2:mem:beside";
        Driver h2 = DriverManager.getDriver(url);
        DriverManager.deregisterDriver(h2);
        try (LockClient client = LockClient.connect(url)) {
            client.lock("found").tryAcquire().orElseThrow().close();
        } finally {
            DriverManager.registerDriver(h2);
        }
    }

    @Test
    void urlWithoutADatabase_isRefused_withAnExample() {
        for (String url : new String[] {"jdbc:", "jdbc:postgresql", "jdbc://db/app"}) {
            assertThat(error(LockConfig.builder().url(url))).hasMessageContaining("jdbc:postgresql://db:5432/app");
        }
    }

    @Test
    void passwordWithoutAUser_isRefused_andNotShown() {
        assertThat(error(LockConfig.builder().url(url()).password("hidden")))
                .hasMessageContaining("pawl.username")
                .hasMessageNotContaining("hidden");
    }
}
