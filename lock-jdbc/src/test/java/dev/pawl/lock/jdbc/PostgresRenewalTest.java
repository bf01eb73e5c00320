package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.PostgresServer;
import dev.pawl.lock.testservers.TestedDatabase;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a renewal on PostgreSQL does not wait for. */
@Timeout(120)
final class PostgresRenewalTest {

    private static final Duration LEASE = Duration.ofSeconds(2);

    /** A row to purge, which it takes longer than a lease to delete. */
    private static final String SLOW_PURGE = """
            CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
              'BEGIN PERFORM pg_sleep(4); RETURN OLD; END';
            CREATE TRIGGER slow BEFORE DELETE ON pawl_lock FOR EACH ROW EXECUTE FUNCTION slow();
            INSERT INTO pawl_lock (name, owner, token, previous, expires_at, lease_micros)
            VALUES ('pawl:idle', '', 1, 0, 'epoch', 0);
            """;

    private final PostgresServer server = PostgresServer.shared();
    private final SqlClients clients = new SqlClients();

    @BeforeEach
    void heal() {
        server.heal();
    }

    @AfterEach
    void close() throws Exception {
        clients.close();
    }

    private LockClient client() {
        return clients.connect(Bench.options(LEASE), server.url(), "pawl.jdbc.io-timeout=20s");
    }

    @Test
    void aRowThatAnotherSessionKeepsLocked_doesNotCostTheOtherLocksTheirRenewal() throws Exception {
        LockClient client = client();
        try (Lease stuck = Bench.hold(client, "stuck");
                Lease other = Bench.hold(client, "other")) {
            try (ForeignSession session = ForeignSession.locking(TestedDatabase.POSTGRESQL, server, "stuck")) {
                Bench.await("two more leases")
                        .atMost(LEASE.multipliedBy(4))
                        .during(LEASE.multipliedBy(2))
                        .until(other::isValid);
                assertThat(stuck.isValid())
                        .as("of a lock that cannot be renewed")
                        .isFalse();
                session.close();
            }
            other.ensureValid();
        } catch (LeaseLostException e) {
            assertThat(e).hasMessageContaining("stuck");
        }
    }

    @Test
    void aPurgeThatTakesLong_doesNotDelayARenewal() {
        // Which makes the table; a release would be followed by a purge of its own.
        LockClient client = client();
        server.ask(admin -> {
            try (Statement statement = admin.createStatement()) {
                return statement.execute(SLOW_PURGE);
            }
        });
        try (Lease lease = Bench.hold(client, "held")) {
            Bench.await("the end of the purge").until(() -> !isThere("idle"));
            lease.ensureValid();
        }
    }

    private boolean isThere(String lock) {
        return server.ask(admin -> {
            try (Statement statement = admin.createStatement();
                    ResultSet row = statement.executeQuery(
                            "SELECT FROM pawl_lock WHERE name = '" + SqlFixture.row(lock) + "'")) {
                return row.next();
            }
        });
    }
}
