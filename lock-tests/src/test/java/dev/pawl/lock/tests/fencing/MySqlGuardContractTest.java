package dev.pawl.lock.tests.fencing;

import dev.pawl.lock.fencing.JdbcFencingGuard;
import dev.pawl.lock.tests.ContractOfGuard;
import dev.pawl.lock.tests.GuardContract;
import dev.pawl.lock.tests.GuardFixture;
import dev.pawl.lock.tests.servers.MySqlServer;
import java.util.Optional;

/** On MySQL. */
@ContractOfGuard(JdbcFencingGuard.class)
final class MySqlGuardContractTest extends GuardContract {

    @Override
    protected Optional<String> obstacle() {
        return MySqlServer.obstacle();
    }

    @Override
    protected GuardFixture startStore() {
        MySqlServer server = MySqlServer.shared();
        return new TableGuardFixture(server, server.url(), GuardedTable.Entered.class, GuardedTable.Entered.STEPS);
    }
}
