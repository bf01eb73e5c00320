package dev.pawl.lock.tests.jdbc;

import dev.pawl.lock.tests.BackendFixture;
import dev.pawl.lock.tests.ContractOf;
import dev.pawl.lock.tests.LockContract;
import dev.pawl.lock.tests.servers.MariaDbServer;
import java.util.Optional;

/** MariaDB in lease mode, with the driver of MySQL. */
@ContractOf("jdbc")
final class MariaDbByMySqlDriverContractTest extends LockContract {

    @Override
    protected Optional<String> obstacle() {
        return MariaDbServer.obstacle();
    }

    @Override
    protected BackendFixture startService() {
        MariaDbServer server = MariaDbServer.shared();
        return new SqlFixture(server, server.mysqlUrl());
    }
}
