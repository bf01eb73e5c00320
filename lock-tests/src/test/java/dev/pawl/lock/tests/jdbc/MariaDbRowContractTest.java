package dev.pawl.lock.tests.jdbc;

import dev.pawl.lock.tests.BackendFixture;
import dev.pawl.lock.tests.ContractOf;
import dev.pawl.lock.tests.LockContract;
import dev.pawl.lock.tests.servers.MariaDbServer;
import java.util.Optional;

/** MariaDB in row mode. */
@ContractOf("jdbc")
@InRowMode
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
