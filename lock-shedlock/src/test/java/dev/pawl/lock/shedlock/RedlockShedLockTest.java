package dev.pawl.lock.shedlock;

import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testservers.RedisServers;

/** Redlock over three masters. */
@Full
final class RedlockShedLockTest extends ShedLockSuite {

    RedlockShedLockTest() {
        super(RedisServers.independent(3).url());
    }
}
