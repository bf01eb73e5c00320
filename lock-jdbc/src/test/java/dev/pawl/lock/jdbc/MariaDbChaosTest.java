package dev.pawl.lock.jdbc;

import dev.pawl.lock.chaos.ChaosService;
import dev.pawl.lock.chaos.ChaosTest;
import dev.pawl.lock.chaos.FaultKind;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testservers.MariaDbServer;
import java.util.Optional;

/** MariaDB in lease mode under faults. */
@Full
final class MariaDbChaosTest extends ChaosTest {

    @Override
    protected String name() {
        return "mariadb";
    }

    @Override
    protected Optional<String> obstacle() {
        return MariaDbServer.obstacle();
    }

    @Override
    protected ChaosService service() {
        MariaDbServer server = MariaDbServer.shared();
        return ChaosService.of(name(), new SqlFixture(server, server.url()))
                .with(FaultKind.END_SESSIONS, server::cutConnections)
                .with(FaultKind.DEMOTE, server::demote, server::promote)
                .withOperator();
    }
}
