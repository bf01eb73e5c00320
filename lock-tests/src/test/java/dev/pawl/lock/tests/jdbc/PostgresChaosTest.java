package dev.pawl.lock.tests.jdbc;

import dev.pawl.lock.tests.chaos.ChaosService;
import dev.pawl.lock.tests.chaos.ChaosTest;
import dev.pawl.lock.tests.chaos.FaultKind;
import dev.pawl.lock.tests.servers.PostgresServer;

/** PostgreSQL in lease mode under faults. */
final class PostgresChaosTest extends ChaosTest {

    @Override
    protected String name() {
        return "postgres";
    }

    @Override
    protected ChaosService service() {
        return ChaosService.of(name(), new PostgresFixture())
                .with(FaultKind.CUT_WAKE_UPS)
                .with(FaultKind.END_SESSIONS, PostgresServer.shared()::cutConnections);
    }
}
