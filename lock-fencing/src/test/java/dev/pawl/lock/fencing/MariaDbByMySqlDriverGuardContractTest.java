package dev.pawl.lock.fencing;

import dev.pawl.lock.testkit.ContractOfGuard;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testkit.GuardContract;
import dev.pawl.lock.testkit.GuardFixture;
import dev.pawl.lock.testservers.MariaDbServer;
import java.util.Optional;

/** With the driver of MySQL. */
@ContractOfGuard(JdbcFencingGuard.class)
@Full
final class MariaDbByMySqlDriverGuardContractTest extends GuardContract {

    @Override
    protected Optional<String> obstacle() {
        return MariaDbServer.obstacle();
    }

    @Override
    protected GuardFixture startStore() {
        MariaDbServer server = MariaDbServer.shared();
        return new TableGuardFixture(server, server.mysqlUrl(), GuardedTable.Entered.class, GuardedTable.Entered.STEPS);
    }
}
