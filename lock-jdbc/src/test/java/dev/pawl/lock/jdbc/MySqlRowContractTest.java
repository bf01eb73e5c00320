package dev.pawl.lock.jdbc;

import dev.pawl.lock.testkit.BackendFixture;
import dev.pawl.lock.testkit.ContractOf;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testkit.LeavesTo;
import dev.pawl.lock.testkit.LockContract;
import dev.pawl.lock.testkit.Part;
import dev.pawl.lock.testservers.MySqlServer;
import java.util.Optional;

/** MySQL in row mode. */
@ContractOf("jdbc")
@InRowMode
@Full
@LeavesTo(value = H2ContractTest.class, part = Part.ENGINE, because = "the engine meets calls that block there, too")
@LeavesTo(value = MySqlContractTest.class, part = Part.KEYS, because = "both modes have the same table and keys")
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
