package dev.pawl.lock.fencing;

import dev.pawl.lock.testkit.ContractOfGuard;
import dev.pawl.lock.testkit.GuardContract;
import dev.pawl.lock.testkit.GuardFixture;
import dev.pawl.lock.testservers.MySqlServer;
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
