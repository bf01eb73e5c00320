package dev.pawl.lock.tests.jdbc;

import dev.pawl.lock.tests.BackendFixture;
import dev.pawl.lock.tests.ContractOf;
import dev.pawl.lock.tests.LockContract;
import dev.pawl.lock.tests.servers.MySqlServer;
import java.util.Optional;

/** MySQL in row mode. */
@ContractOf("jdbc")
@InRowMode
final class MySqlRowContractTest extends LockContract {

    private static final String BLOCKERS =
            "SELECT DISTINCT blocking_pid FROM sys.innodb_lock_waits WHERE waiting_pid = ?";

    @Override
    protected Optional<String> obstacle() {
        return MySqlServer.obstacle();
    }

    @Override
    protected BackendFixture startService() {
        return new MySqlFamilyRowFixture(
                MySqlServer.shared(), MySqlServer.shared().url(), BLOCKERS);
    }
}
