package dev.pawl.lock.jdbc;

import dev.pawl.lock.chaos.ChaosService;
import dev.pawl.lock.chaos.ChaosTest;
import dev.pawl.lock.chaos.FaultKind;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testservers.MySqlServer;
import java.util.Optional;

/** MySQL in lease mode under faults. */
@Full
final class MySqlChaosTest extends ChaosTest {

    @Override
    protected String name() {
        return "mysql";
    }

    @Override
    protected Optional<String> obstacle() {
        return MySqlServer.obstacle();
    }

    @Override
    protected ChaosService service() {
        MySqlServer server = MySqlServer.shared();
        return ChaosService.of(name(), new SqlFixture(server, server.url()))
                .with(FaultKind.END_SESSIONS, server::cutConnections)
                .with(FaultKind.DEMOTE, server::demote, server::promote)
                .withOperator();
    }
}
