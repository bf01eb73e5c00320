package dev.pawl.lock.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.testservers.H2Server;
import java.sql.Connection;

/** The budget on H2, in statements: one in the same process has no round trips. */
final class H2BudgetTest extends SqlBudget {

    private final StatementCounter counter = new StatementCounter();

    H2BudgetTest() {
        super(H2Server.shared());
    }

    @Override
    LockBackend counted() {
        return JdbcBackend.create(counter.counting(pool()));
    }

    private HikariDataSource pool() {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(H2Server.shared().url());
        pool.setMaximumPoolSize(1);
        return clients.closing(pool);
    }

    @Override
    LockClient uncounted() {
        return clients.connect(H2Server.shared().url());
    }

    @Override
    Connection countedConnection() throws Exception {
        return counter.counting(pool()).getConnection();
    }

    @Override
    long spent() {
        return counter.statements();
    }

    @Override
    int busyTry() {
        return 2;
    }

    /** A savepoint, the queue, the gate made and removed, and the row. */
    @Override
    int joinedAcquire() {
        return 5;
    }

    /** The queue, the gate made and removed, the name's row, its holders, one more, and the token. */
    @Override
    int acquireOfPermits() {
        return 7;
    }

    /** An update in vain, a look, and an insert; once in the life of a name. */
    @Override
    int acquireOfANewName() {
        return 3;
    }
}
