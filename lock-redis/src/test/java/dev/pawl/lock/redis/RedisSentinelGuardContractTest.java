package dev.pawl.lock.redis;

import dev.pawl.lock.testkit.ContractOfGuard;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testkit.GuardContract;
import dev.pawl.lock.testkit.GuardFixture;
import dev.pawl.lock.testservers.RedisServers;

@ContractOfGuard(RedisFencingGuard.class)
@Full
final class RedisSentinelGuardContractTest extends GuardContract {

    @Override
    protected GuardFixture startStore() {
        return new KeysGuardFixture(RedisServers.sentinel());
    }
}
