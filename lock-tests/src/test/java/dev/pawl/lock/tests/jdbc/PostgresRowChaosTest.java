package dev.pawl.lock.tests.jdbc;

import dev.pawl.lock.tests.chaos.ChaosService;
import dev.pawl.lock.tests.chaos.ChaosTest;
import dev.pawl.lock.tests.chaos.FaultKind;
import dev.pawl.lock.tests.servers.PostgresServer;
import org.junit.jupiter.api.Test;

/** PostgreSQL in row mode under faults: a hold ends with its connection, and its holder learns of it later. */
final class PostgresRowChaosTest extends ChaosTest {

    private static final FaultKind[] BREAK_CONNECTIONS = {
        FaultKind.RESET, FaultKind.DROP_REPLY, FaultKind.KILL_SERVER, FaultKind.END_SESSIONS
    };

    @Override
    protected String name() {
        return "postgres-row";
    }

    @Override
    protected ChaosService service() {
        return ChaosService.of(name(), new PostgresRowFixture())
                .with(FaultKind.END_SESSIONS, PostgresServer.shared()::cutConnections)
                .oneHolderExceptUnder(BREAK_CONNECTIONS);
    }

    /** As its page says. */
    @Test
    void aSessionThatIsEnded_givesALockTwice() throws Exception {
        assertBreaks(FaultKind.END_SESSIONS, 4);
    }
}
