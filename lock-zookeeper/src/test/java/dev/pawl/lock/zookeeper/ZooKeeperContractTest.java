package dev.pawl.lock.zookeeper;

import dev.pawl.lock.redis.RedisContractTest;
import dev.pawl.lock.testkit.BackendFixture;
import dev.pawl.lock.testkit.ContractOf;
import dev.pawl.lock.testkit.LeavesTo;
import dev.pawl.lock.testkit.LockContract;
import dev.pawl.lock.testkit.Part;
import dev.pawl.lock.testkit.SkippedCase;
import dev.pawl.lock.testservers.ZooKeeperServers;

@ContractOf("zookeeper")
@SkippedCase(
        value = "afterARestartOfTheServiceWithoutItsData_theNextTokenIsLarger",
        because =
                "a ZooKeeper without its data is another one: its count of writes, from which tokens are, begins at zero")
@SkippedCase(
        value = "aWaiterThatDoesNotComeInItsTurn_doesNotKeepOthersOut",
        because =
                "a place in the queue is a node, which lasts as long as its session: its client's own threads keep that, however slow the rest is")
@LeavesTo(
        value = RedisContractTest.class,
        part = Part.ENGINE,
        because = "the engine meets answers on another thread there, too")
final class ZooKeeperContractTest extends LockContract {

    @Override
    protected BackendFixture startService() {
        return new ZooKeeperFixture(ZooKeeperServers.standalone(), ZooKeeperFixture.SESSION);
    }
}
