package dev.pawl.lock.jdbc;

import dev.pawl.lock.chaos.ChaosService;
import dev.pawl.lock.chaos.ChaosTest;
import dev.pawl.lock.chaos.FaultKind;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testservers.PostgresServer;
import org.junit.jupiter.api.Test;

/** PostgreSQL in row mode under faults: a hold ends with its connection, and its holder learns of it later. */
@Full
final class PostgresRowChaosTest extends ChaosTest {

    private static final FaultKind[] BREAK_CONNECTIONS = {
        FaultKind.RESET, FaultKind.DROP_REPLY, FaultKind.KILL_SERVER, FaultKind.END_SESSIONS, FaultKind.DEMOTE
    };

    @Override
    protected String name() {
        return "postgres-row";
    }

    @Override
    protected ChaosService service() {
        PostgresServer server = PostgresServer.shared();
        return ChaosService.of(name(), new PostgresRowFixture())
                .with(FaultKind.END_SESSIONS, server::cutConnections)
                .with(FaultKind.DEMOTE, server::demote, server::promote)
                .oneHolderExceptUnder(BREAK_CONNECTIONS);
    }

    /** As its page says. */
    @Test
    void aSessionThatIsEnded_givesALockTwice() throws Exception {
        assertBreaks(FaultKind.END_SESSIONS, 4);
    }
}
