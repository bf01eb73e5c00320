package dev.pawl.lock.redis;

import dev.pawl.lock.testkit.BackendFixture;
import dev.pawl.lock.testkit.ContractOf;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testkit.LeavesTo;
import dev.pawl.lock.testkit.LockContract;
import dev.pawl.lock.testkit.Part;
import dev.pawl.lock.testservers.RedisServers;

@ContractOf("redis-sentinel")
@Full
@LeavesTo(
        value = RedisContractTest.class,
        part = Part.ENGINE,
        because = "only the servers differ: the backend reaches them by the same code")
@LeavesTo(
        value = RedisContractTest.class,
        part = Part.BACKEND,
        because = "only the servers differ: the backend reaches them by the same code")
final class RedisSentinelContractTest extends LockContract {

    @Override
    protected BackendFixture startService() {
        return new RedisFixture(RedisServers.sentinel());
    }
}
