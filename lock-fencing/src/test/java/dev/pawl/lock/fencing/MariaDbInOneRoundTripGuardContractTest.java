package dev.pawl.lock.fencing;

import dev.pawl.lock.testkit.ContractOfGuard;
import dev.pawl.lock.testkit.GuardContract;
import dev.pawl.lock.testkit.GuardFixture;
import dev.pawl.lock.testservers.MariaDbServer;
import java.util.Optional;

@ContractOfGuard(JdbcFencingGuard.class)
final class MariaDbInOneRoundTripGuardContractTest extends GuardContract {

    @Override
    protected Optional<String> obstacle() {
        return MariaDbServer.obstacle();
    }

    @Override
    protected GuardFixture startStore() {
        return new TableGuardFixture(
                MariaDbServer.shared(), GuardedTable.InOneRoundTrip.class, GuardedTable.InOneRoundTrip.STEPS);
    }
}
