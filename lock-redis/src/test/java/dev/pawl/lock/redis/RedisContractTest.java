package dev.pawl.lock.redis;

import dev.pawl.lock.testkit.BackendFixture;
import dev.pawl.lock.testkit.ContractOf;
import dev.pawl.lock.testkit.LockContract;
import dev.pawl.lock.testservers.RedisServers;

@ContractOf("redis")
public final class RedisContractTest extends LockContract {

    @Override
    protected BackendFixture startService() {
        return new RedisFixture(RedisServers.single());
    }
}
