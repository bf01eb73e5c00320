package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.MariaDbServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;

/** A MariaDB that refuses: what is wrong is said, with what to do. */
@Timeout(180)
@EnabledIf(value = "dev.pawl.lock.testservers.MariaDbServer#isAvailable", disabledReason = "MariaDB runs in Docker")
final class MariaDbRefusalTest {

    private static final String SECRET = "role-secret";

    private final MariaDbServer server = MariaDbServer.shared();
    private final SqlClients clients = new SqlClients();

    @BeforeEach
    void heal() {
        server.heal();
    }

    @AfterEach
    void close() throws Exception {
        clients.close();
        server.heal();
    }

    private void execute(String... statements) {
        server.ask(admin -> {
            try (Statement statement = admin.createStatement()) {
                for (String sql : statements) {
                    statement.execute(sql);
                }
                return true;
            }
        });
    }

    private LockClient asShop(String grants) {
        clients.connect(server.url());
        execute(
                "CREATE USER shop@'%' IDENTIFIED BY '" + SECRET + "'",
                "GRANT " + grants + " ON pawl.pawl_lock TO shop@'%'");
        return clients.connectAs("shop", SECRET, server);
    }

    private static Throwable refusal(Bench.ThrowingAction action) {
        Throwable thrown = catchThrowable(action::run);
        assertThat(thrown).isInstanceOf(LockBackendException.class).hasMessageNotContaining(SECRET);
        return thrown;
    }

    @Test
    void missingTable_thatIsNotToBeCreated_isAnErrorWithTheStatementToRun() {
        assertThat(catchThrowable(() -> clients.connect(server.url(), "pawl.jdbc.create-table=false")))
                .isInstanceOf(LockConfigException.class)
                .hasMessageContaining("CREATE TABLE IF NOT EXISTS pawl_lock");
    }

    @Test
    void tableOfAnotherShape_isAnErrorThatNamesWhatItLacks() {
        clients.connect(server.url());
        execute("ALTER TABLE pawl_lock DROP COLUMN lease_micros");
        assertThat(catchThrowable(() -> clients.connect(server.url())))
                .isInstanceOf(LockConfigException.class)
                .hasMessageContaining("[lease_micros]");
    }

    @Test
    void userThatMayCreateNothing_usesATableThatIsThere() {
        LockClient client = asShop("SELECT, INSERT, UPDATE, DELETE");
        Bench.hold(client, "name").close();
        Bench.get(client.lockAll(List.of("a", "b")).acquireAsync()).close();
    }

    @Test
    void userThatMayOnlyRead_isToldWhatItLacks() {
        LockClient client = asShop("SELECT");
        assertThat(refusal(() -> client.lock("name").tryAcquire())).hasMessageContaining("lacks a privilege");
    }

    @Test
    void readOnlyServer_isToldApart() {
        LockClient client = asShop("SELECT, INSERT, UPDATE, DELETE");
        execute("SET GLOBAL read_only = ON");
        assertThat(refusal(() -> client.lock("name").tryAcquire())).hasMessageContaining("read-only");
    }

    @Test
    void wrongPassword_andUnknownDatabase_areToldApart() {
        assertThat(refusal(() -> clients.connectAs("pawl", SECRET, server)))
                .hasMessageContaining("refused user name or password");
        assertThat(refusal(() -> clients.connect(server.url().replace("/pawl?", "/nowhere?"))))
                .hasMessageContaining("no such database");
    }

    @Test
    void rowThatAnotherSessionLocksForLong_isAFaultThatSaysSo() throws Exception {
        DistributedLock lock = clients.connect(server.url()).lock("name");
        lock.tryAcquire().orElseThrow().close();
        try (Connection other = server.admin();
                PreparedStatement row =
                        other.prepareStatement("SELECT name FROM pawl_lock WHERE name = ? FOR UPDATE")) {
            other.setAutoCommit(false);
            row.setString(1, SqlFixture.row("name"));
            assertThat(row.executeQuery().next()).isTrue();
            long start = System.nanoTime();
            assertThat(refusal(lock::tryAcquire)).hasMessageContaining("locked by another session");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SqlClients.IO_LIMIT.plus(Bench.ROOM));
            other.rollback();
        }
        lock.tryAcquire().orElseThrow().close();
    }
}
