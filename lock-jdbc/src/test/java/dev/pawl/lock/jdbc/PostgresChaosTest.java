package dev.pawl.lock.jdbc;

import dev.pawl.lock.chaos.ChaosService;
import dev.pawl.lock.chaos.ChaosTest;
import dev.pawl.lock.chaos.FaultKind;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testservers.PostgresServer;

/** PostgreSQL in lease mode under faults. */
@Full
final class PostgresChaosTest extends ChaosTest {

    @Override
    protected String name() {
        return "postgres";
    }

    @Override
    protected ChaosService service() {
        PostgresServer server = PostgresServer.shared();
        return ChaosService.of(name(), new PostgresFixture())
                .with(FaultKind.CUT_WAKE_UPS)
                .withOperator()
                .with(FaultKind.END_SESSIONS, server::cutConnections)
                .with(FaultKind.DEMOTE, server::demote, server::promote);
    }
}
