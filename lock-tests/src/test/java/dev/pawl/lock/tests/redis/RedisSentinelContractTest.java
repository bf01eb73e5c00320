package dev.pawl.lock.tests.redis;

import dev.pawl.lock.tests.BackendFixture;
import dev.pawl.lock.tests.ContractOf;
import dev.pawl.lock.tests.LockContract;
import dev.pawl.lock.tests.servers.RedisServers;

@ContractOf("redis-sentinel")
final class RedisSentinelContractTest extends LockContract {

    @Override
    protected BackendFixture startService() {
        return new RedisFixture(RedisServers.sentinel());
    }
}
