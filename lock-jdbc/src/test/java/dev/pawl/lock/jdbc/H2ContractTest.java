package dev.pawl.lock.jdbc;

import dev.pawl.lock.testkit.BackendFixture;
import dev.pawl.lock.testkit.ContractOf;
import dev.pawl.lock.testkit.LockContract;
import dev.pawl.lock.testservers.H2Server;

/** H2 in lease mode, over a plain server. */
@ContractOf("jdbc")
public final class H2ContractTest extends LockContract {

    @Override
    protected BackendFixture startService() {
        H2Server server = H2Server.shared();
        return new H2Fixture(server, server.url());
    }
}
