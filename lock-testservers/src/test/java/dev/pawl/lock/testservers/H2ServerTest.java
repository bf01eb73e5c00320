package dev.pawl.lock.testservers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.testkit.Full;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What H2 has of its own: two ways in, and clients that would become the server if they could. */
@Full
@Timeout(120)
class H2ServerTest {

    private final H2Server server = H2Server.shared();

    @AfterEach
    void heal() {
        server.heal();
    }

    @Test
    void bothUrlsLeadToTheSameDatabase_whichAnotherProcessHasOpen() throws SQLException {
        try (Connection plain = DriverManager.getConnection(server.url());
                Connection mixed = DriverManager.getConnection(server.autoServerUrl())) {
            SqlServer.execute(mixed, "CREATE TABLE note (text VARCHAR(20))", "INSERT INTO note VALUES ('value')");
            assertThat(SqlServer.strings(plain, "SELECT text FROM note")).containsExactly("value");
            assertThat(server.connections()).isEqualTo(2);
            server.pause();
            Future<?> answer = onAnotherThread(() -> SqlServer.execute(mixed, "INSERT INTO note VALUES ('late')"));
            assertThat(answer).isNotDone();
            server.resume();
            await().until(answer::isDone);
        }
    }

    @Test
    void noClientBecomesTheServer_whileItIsDead() throws SQLException {
        try (Connection client = DriverManager.getConnection(server.autoServerUrl())) {
            SqlServer.execute(client, "CREATE TABLE note (text VARCHAR(20))");
            server.kill();
            assertThatThrownBy(() -> SqlServer.execute(client, "INSERT INTO note VALUES ('value')"))
                    .isInstanceOf(SQLException.class);
        }
        assertThatThrownBy(() -> DriverManager.getConnection(server.autoServerUrl()))
                .isInstanceOf(SQLException.class);
        server.restart(true);
        assertThat(strings("SELECT text FROM note")).isEmpty();
    }

    @Test
    void noClientBecomesTheServer_howeverHardItTries_andNoAcknowledgedCommitIsLost() throws Exception {
        try (Connection client = DriverManager.getConnection(server.url())) {
            SqlServer.execute(client, "CREATE TABLE counter (n INT)", "INSERT INTO counter VALUES (0)");
        }
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger acknowledged = new AtomicInteger();
        Future<?> eager = onAnotherThread(() -> {
            while (!over.get()) {
                try (Connection client = DriverManager.getConnection(server.autoServerUrl())) {
                    SqlServer.execute(client, "UPDATE counter SET n = n + 1");
                    acknowledged.incrementAndGet();
                } catch (SQLException dead) {
                    // As long as the server is.
                }
            }
        });
        try {
            for (int i = 0; i < 5; i++) {
                int before = acknowledged.get();
                await().until(() -> acknowledged.get() > before + 10);
                server.kill();
                server.restart(true);
            }
        } finally {
            over.set(true);
            eager.get();
        }
        assertThat(counter()).isGreaterThanOrEqualTo(acknowledged.get());
    }

    private int counter() {
        return Integer.parseInt(strings("SELECT n FROM counter").get(0));
    }

    private List<String> strings(String query) {
        return server.ask(admin -> SqlServer.strings(admin, query));
    }

    private static Future<?> onAnotherThread(Task task) {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            return thread.submit(() -> {
                task.run();
                return true;
            });
        } finally {
            thread.shutdown();
        }
    }

    private interface Task {
        void run() throws SQLException;
    }
}
