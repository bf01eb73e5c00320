package dev.pawl.lock.spring;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.util.ClassUtils;

/** What to think of a lock that is about to be taken inside a transaction that is open already. */
final class OpenTransaction {

    private static final Logger LOG = LoggerFactory.getLogger(Locked.class);

    static final String CONNECTION_HOLDER = "org.springframework.jdbc.datasource.ConnectionHolder";

    private static final boolean JDBC = ClassUtils.isPresent(CONNECTION_HOLDER, OpenTransaction.class.getClassLoader());

    private OpenTransaction() {}

    static void check(LockedMethod locked) {
        if (!TransactionSynchronizationManager.isActualTransactionActive()) {
            return;
        }
        if (locked.inTransaction() == InTransaction.REFUSE) {
            throw new IllegalStateException(
                    locked + ": a transaction is open already, and inTransaction = REFUSE; call it"
                            + " outside of a transaction");
        }
        Integer isolation = TransactionSynchronizationManager.getCurrentTransactionIsolationLevel();
        if (isolation == null && JDBC && locked.isFirstInTransaction()) {
            isolation = OfConnection.isolation();
        }
        if (isolation != null
                && isolation > TransactionDefinition.ISOLATION_READ_COMMITTED
                && locked.isFirstWithSnapshot()) {
            LOG.warn(
                    "{}: its lock is taken in a transaction that is open already, with an isolation above read committed: the"
                            + " transaction may not see what the holder before has written. Call it outside of a"
                            + " transaction, or use read committed; inTransaction = REFUSE makes this an error",
                    locked);
        }
    }

    /** Apart, since an application need not have spring-jdbc. */
    private static final class OfConnection {

        /** The isolation that the database gives by default, as the connection of the transaction says; null if there is none. */
        static @Nullable Integer isolation() {
            for (Object resource :
                    TransactionSynchronizationManager.getResourceMap().values()) {
                if (resource instanceof ConnectionHolder holder) {
                    try {
                        Connection connection = holder.getConnection();
                        return connection.getTransactionIsolation();
                    } catch (SQLException | IllegalStateException e) {
                        LOG.debug("the isolation of the open transaction is not known", e);
                    }
                }
            }
            return null;
        }
    }
}
