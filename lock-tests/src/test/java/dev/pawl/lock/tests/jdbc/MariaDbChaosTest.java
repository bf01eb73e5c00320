package dev.pawl.lock.tests.jdbc;

import dev.pawl.lock.tests.chaos.ChaosService;
import dev.pawl.lock.tests.chaos.ChaosTest;
import dev.pawl.lock.tests.chaos.FaultKind;
import dev.pawl.lock.tests.servers.MariaDbServer;
import java.util.Optional;

/** MariaDB in lease mode under faults. */
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
                .with(FaultKind.END_SESSIONS, server::cutConnections);
    }
}
