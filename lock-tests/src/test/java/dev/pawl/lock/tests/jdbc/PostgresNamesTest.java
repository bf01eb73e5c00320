package dev.pawl.lock.tests.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.MultiLease;
import dev.pawl.lock.tests.Bench;
import dev.pawl.lock.tests.servers.PostgresServer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Names that not every PostgreSQL database can store. */
@Timeout(120)
final class PostgresNamesTest {

    private static final List<String> EMOJI = List.of("\uD83D\uDD13 open", "\uD83D\uDD12 shut", "\uD83D\uDD11");
    private static final List<String> LATIN = List.of("Stra\u00dfe", "caf\u00e9", "plain");

    private final PostgresServer server = PostgresServer.shared();
    private final SqlClients clients = new SqlClients();

    @BeforeEach
    void heal() {
        server.heal();
    }

    @AfterEach
    void close() throws Exception {
        clients.close();
        execute("DROP DATABASE IF EXISTS latin");
    }

    private void execute(String sql) {
        server.ask(admin -> admin.createStatement().execute(sql));
    }

    private void assertLockedAtOnce(String url, List<String> names) {
        LockClient first = clients.connect(url);
        LockClient second = clients.connect(url);
        for (int i = 0; i < 2; i++) {
            try (MultiLease lease = first.lockAll(names).tryAcquire().orElseThrow()) {
                assertThat(lease.tokens()).containsOnlyKeys(names);
                for (String name : names) {
                    assertThat(second.lock(name).tryAcquire()).as(name).isEmpty();
                }
            }
        }
        Bench.hold(second, names.get(0)).close();
    }

    @Test
    void severalNamesOfEmoji_areLockedAtOnce() {
        assertLockedAtOnce(server.url(), EMOJI);
    }

    @Test
    void inADatabaseOfLatin1_severalNamesThatItCanStoreAreLockedAtOnce_andOthersAreAFault() {
        execute("CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
        String url = server.url().replace("/pawl?", "/latin?");
        assertLockedAtOnce(url, LATIN);
        LockClient client = clients.connect(url);
        assertThatThrownBy(() -> client.lockAll(EMOJI).tryAcquire())
                .isInstanceOf(LockBackendException.class)
                .hasMessageContaining("LATIN1");
        assertThatThrownBy(() -> client.lock(EMOJI.get(0)).acquire())
                .isInstanceOf(LockBackendException.class)
                .hasMessageContaining("LATIN1");
        Bench.hold(client, LATIN.get(0)).close();
    }
}
