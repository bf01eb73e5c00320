package dev.pawl.lock.shedlock;

import dev.pawl.lock.testservers.RedisServers;

/** One Redis. */
final class RedisShedLockTest extends ShedLockSuite {

    RedisShedLockTest() {
        super(RedisServers.single().url());
    }
}
