package dev.pawl.lock.shedlock;

import dev.pawl.lock.testservers.PostgresServer;

/** PostgreSQL in lease mode. */
final class PostgresShedLockTest extends ShedLockSuite {

    PostgresShedLockTest() {
        super(PostgresServer.shared().url());
    }
}
