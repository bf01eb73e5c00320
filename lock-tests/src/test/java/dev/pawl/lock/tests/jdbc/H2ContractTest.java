package dev.pawl.lock.tests.jdbc;

import dev.pawl.lock.tests.BackendFixture;
import dev.pawl.lock.tests.ContractOf;
import dev.pawl.lock.tests.LockContract;
import dev.pawl.lock.tests.servers.H2Server;

/** H2 in lease mode, over a plain server. */
@ContractOf("jdbc")
final class H2ContractTest extends LockContract {

    @Override
    protected BackendFixture startService() {
        H2Server server = H2Server.shared();
        return new H2Fixture(server, server.url());
    }
}
