package dev.pawl.lock.zookeeper;

import dev.pawl.lock.testkit.ContractOfGuard;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testkit.GuardContract;
import dev.pawl.lock.testkit.GuardFixture;
import dev.pawl.lock.testservers.ZooKeeperServers;

@ContractOfGuard(ZooKeeperFencingGuard.class)
@Full
final class ZooKeeperEnsembleGuardContractTest extends GuardContract {

    @Override
    protected GuardFixture startStore() {
        return new NodesGuardFixture(ZooKeeperServers.ensemble());
    }
}
