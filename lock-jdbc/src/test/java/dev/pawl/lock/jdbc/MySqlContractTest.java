package dev.pawl.lock.jdbc;

import dev.pawl.lock.testkit.BackendFixture;
import dev.pawl.lock.testkit.ContractOf;
import dev.pawl.lock.testkit.LeavesTo;
import dev.pawl.lock.testkit.LockContract;
import dev.pawl.lock.testkit.Part;
import dev.pawl.lock.testservers.MySqlServer;
import java.util.Optional;

/** MySQL in lease mode. */
@ContractOf("jdbc")
@LeavesTo(value = H2ContractTest.class, part = Part.ENGINE, because = "the engine meets calls that block there, too")
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
