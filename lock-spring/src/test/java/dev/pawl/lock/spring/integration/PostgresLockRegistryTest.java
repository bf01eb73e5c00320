package dev.pawl.lock.spring.integration;

import dev.pawl.lock.testservers.PostgresServer;

/** PostgreSQL in lease mode. */
final class PostgresLockRegistryTest extends LockRegistrySuite {

    PostgresLockRegistryTest() {
        super(PostgresServer.shared().url());
    }
}
