package dev.pawl.lock.jdbc;

import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testservers.PostgresServer;

/** PostgreSQL at the end of a network that fails. */
@Full
final class PostgresNetworkTest extends SqlNetwork {

    PostgresNetworkTest() {
        super(new PostgresFixture(), PostgresServer.shared().url());
    }
}
