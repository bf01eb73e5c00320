package dev.pawl.lock.redis;

import dev.pawl.lock.testkit.ContractOfGuard;
import dev.pawl.lock.testkit.GuardContract;
import dev.pawl.lock.testkit.GuardFixture;
import dev.pawl.lock.testservers.RedisServers;

@ContractOfGuard(RedisFencingGuard.class)
final class RedisGuardContractTest extends GuardContract {

    @Override
    protected GuardFixture startStore() {
        return new KeysGuardFixture(RedisServers.single());
    }
}
