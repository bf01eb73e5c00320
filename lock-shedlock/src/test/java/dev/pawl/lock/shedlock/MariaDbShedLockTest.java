package dev.pawl.lock.shedlock;

import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testservers.MariaDbServer;
import org.junit.jupiter.api.condition.EnabledIf;

/** MariaDB in lease mode. */
@Full
@EnabledIf("dev.pawl.lock.testservers.MariaDbServer#isAvailable")
final class MariaDbShedLockTest extends ShedLockSuite {

    MariaDbShedLockTest() {
        super(MariaDbServer.shared().url());
    }
}
