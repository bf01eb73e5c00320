package dev.pawl.lock.jdbc;

import dev.pawl.lock.testkit.BackendFixture;
import dev.pawl.lock.testkit.ContractOf;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testkit.LeavesTo;
import dev.pawl.lock.testkit.LockContract;
import dev.pawl.lock.testkit.Part;
import dev.pawl.lock.testservers.MariaDbServer;
import java.util.Optional;

/** MariaDB in lease mode, with the driver of MySQL. */
@ContractOf("jdbc")
@Full
@LeavesTo(value = H2ContractTest.class, part = Part.ENGINE, because = "the engine meets calls that block there, too")
@LeavesTo(
        value = MariaDbContractTest.class,
        part = Part.BACKEND,
        because = "only the driver differs: the backend sends the same statements")
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
