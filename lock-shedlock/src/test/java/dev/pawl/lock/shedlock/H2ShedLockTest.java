package dev.pawl.lock.shedlock;

import dev.pawl.lock.testservers.H2Server;

/** H2 behind its server. */
final class H2ShedLockTest extends ShedLockSuite {

    H2ShedLockTest() {
        super(H2Server.shared().url());
    }
}
