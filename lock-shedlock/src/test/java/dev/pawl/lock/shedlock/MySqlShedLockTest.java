package dev.pawl.lock.shedlock;

import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testservers.MySqlServer;
import org.junit.jupiter.api.condition.EnabledIf;

/** MySQL in lease mode. */
@Full
@EnabledIf("dev.pawl.lock.testservers.MySqlServer#isAvailable")
final class MySqlShedLockTest extends ShedLockSuite {

    MySqlShedLockTest() {
        super(MySqlServer.shared().url());
    }
}
