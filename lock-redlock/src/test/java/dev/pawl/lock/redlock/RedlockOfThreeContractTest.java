package dev.pawl.lock.redlock;

import dev.pawl.lock.redis.RedisContractTest;
import dev.pawl.lock.testkit.BackendFixture;
import dev.pawl.lock.testkit.ContractOf;
import dev.pawl.lock.testkit.LeavesTo;
import dev.pawl.lock.testkit.LockContract;
import dev.pawl.lock.testkit.Part;
import dev.pawl.lock.testservers.RedisServers;

@ContractOf("redlock")
@LeavesTo(
        value = RedisContractTest.class,
        part = Part.ENGINE,
        because = "the engine meets answers on another thread there, too")
final class RedlockOfThreeContractTest extends LockContract {

    @Override
    protected BackendFixture startService() {
        return new RedlockFixture(RedisServers.independent(3));
    }
}
