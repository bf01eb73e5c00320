package dev.pawl.lock.tests.zookeeper;

import dev.pawl.lock.tests.BackendFixture;
import dev.pawl.lock.tests.ContractOf;
import dev.pawl.lock.tests.LockContract;
import dev.pawl.lock.tests.SkippedCase;
import dev.pawl.lock.tests.servers.ZooKeeperServers;

@ContractOf("zookeeper")
@SkippedCase(
        value = "afterARestartOfTheServiceWithoutItsData_theNextTokenIsLarger",
        because =
                "a ZooKeeper without its data is another one: its count of writes, from which tokens are, begins at zero")
final class ZooKeeperContractTest extends LockContract {

    @Override
    protected BackendFixture startService() {
        return new ZooKeeperFixture(ZooKeeperServers.standalone(), ZooKeeperFixture.SESSION);
    }
}
