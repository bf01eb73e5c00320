package dev.pawl.lock.tests.fencing;

import dev.pawl.lock.fencing.JdbcFencingGuard;
import dev.pawl.lock.tests.ContractOfGuard;
import dev.pawl.lock.tests.GuardContract;
import dev.pawl.lock.tests.GuardFixture;
import dev.pawl.lock.tests.servers.MariaDbServer;
import java.util.Optional;

/** With the driver of MySQL. */
@ContractOfGuard(JdbcFencingGuard.class)
final class MariaDbByMySqlDriverInOneRoundTripGuardContractTest extends GuardContract {

    @Override
    protected Optional<String> obstacle() {
        return MariaDbServer.obstacle();
    }

    @Override
    protected GuardFixture startStore() {
        MariaDbServer server = MariaDbServer.shared();
        return new TableGuardFixture(
                server, server.mysqlUrl(), GuardedTable.InOneRoundTrip.class, GuardedTable.InOneRoundTrip.STEPS);
    }
}
