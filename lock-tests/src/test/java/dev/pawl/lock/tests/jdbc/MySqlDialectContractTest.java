package dev.pawl.lock.tests.jdbc;

import dev.pawl.lock.tests.BackendFixture;
import dev.pawl.lock.tests.ContractOf;
import dev.pawl.lock.tests.LockContract;
import dev.pawl.lock.tests.servers.MariaDbServer;
import java.util.Optional;

/** What is said to MySQL, in lease mode, said to a MariaDB, which understands it: there is not everywhere a MySQL to test with. */
@ContractOf("jdbc")
final class MySqlDialectContractTest extends LockContract {

    @Override
    protected Optional<String> obstacle() {
        return MariaDbServer.obstacle();
    }

    @Override
    protected BackendFixture startService() {
        return new DisguisedMariaDbFixture();
    }
}
