package dev.pawl.lock.tests.fencing;

import dev.pawl.lock.tests.ContractOfGuard;
import dev.pawl.lock.tests.GuardContract;
import dev.pawl.lock.tests.GuardFixture;
import dev.pawl.lock.tests.servers.ZooKeeperServers;
import dev.pawl.lock.zookeeper.ZooKeeperFencingGuard;

@ContractOfGuard(ZooKeeperFencingGuard.class)
final class ZooKeeperEnsembleGuardContractTest extends GuardContract {

    @Override
    protected GuardFixture startStore() {
        return new NodesGuardFixture(ZooKeeperServers.ensemble());
    }
}
