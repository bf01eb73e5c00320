package dev.pawl.lock.tests.fencing;

import dev.pawl.lock.redis.RedisFencingGuard;
import dev.pawl.lock.tests.ContractOfGuard;
import dev.pawl.lock.tests.GuardContract;
import dev.pawl.lock.tests.GuardFixture;
import dev.pawl.lock.tests.servers.RedisServers;

@ContractOfGuard(RedisFencingGuard.class)
final class RedisSentinelGuardContractTest extends GuardContract {

    @Override
    protected GuardFixture startStore() {
        return new KeysGuardFixture(RedisServers.sentinel());
    }
}
