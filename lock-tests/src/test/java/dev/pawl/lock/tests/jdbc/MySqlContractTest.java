package dev.pawl.lock.tests.jdbc;

import dev.pawl.lock.tests.BackendFixture;
import dev.pawl.lock.tests.ContractOf;
import dev.pawl.lock.tests.LockContract;
import dev.pawl.lock.tests.servers.MySqlServer;
import java.util.Optional;

/** MySQL in lease mode. */
@ContractOf("jdbc")
final class MySqlContractTest extends LockContract {

    @Override
    protected Optional<String> obstacle() {
        return MySqlServer.obstacle();
    }

    @Override
    protected BackendFixture startService() {
        MySqlServer server = MySqlServer.shared();
        return new SqlFixture(server, server.url());
    }
}
