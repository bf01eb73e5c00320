package dev.pawl.lock.spring.integration;

import dev.pawl.lock.testservers.RedisServers;

/** One Redis. */
final class RedisLockRegistryTest extends LockRegistrySuite {

    RedisLockRegistryTest() {
        super(RedisServers.single().url());
    }
}
