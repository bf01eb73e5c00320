package dev.pawl.lock.tests.jdbc;

import dev.pawl.lock.tests.servers.PostgresServer;

/** PostgreSQL at the end of a network that fails. */
final class PostgresNetworkTest extends SqlNetwork {

    PostgresNetworkTest() {
        super(new PostgresFixture(), PostgresServer.shared().url());
    }
}
