package dev.pawl.lock.jdbc;

import dev.pawl.lock.testkit.BackendFixture;
import dev.pawl.lock.testkit.ContractOf;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testkit.LeavesTo;
import dev.pawl.lock.testkit.LockContract;
import dev.pawl.lock.testkit.Part;
import dev.pawl.lock.testservers.MariaDbServer;
import java.util.Optional;

/** MariaDB in row mode. */
@ContractOf("jdbc")
@InRowMode
@Full
@LeavesTo(value = H2ContractTest.class, part = Part.ENGINE, because = "the engine meets calls that block there, too")
@LeavesTo(value = MariaDbContractTest.class, part = Part.KEYS, because = "both modes have the same table and keys")
final class MariaDbRowContractTest extends LockContract {

    private static final String BLOCKERS = """
            SELECT blocking.trx_mysql_thread_id
              FROM information_schema.innodb_lock_waits AS waits
              JOIN information_schema.innodb_trx AS blocking ON blocking.trx_id = waits.blocking_trx_id
              JOIN information_schema.innodb_trx AS waiting ON waiting.trx_id = waits.requesting_trx_id
             WHERE waiting.trx_mysql_thread_id = ?
            """;

    @Override
    protected Optional<String> obstacle() {
        return MariaDbServer.obstacle();
    }

    @Override
    protected BackendFixture startService() {
        return new MySqlFamilyRowFixture(
                MariaDbServer.shared(), MariaDbServer.shared().url(), BLOCKERS);
    }
}
