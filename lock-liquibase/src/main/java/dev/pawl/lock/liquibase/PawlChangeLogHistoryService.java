package dev.pawl.lock.liquibase;

import liquibase.changelog.StandardChangeLogHistoryService;
import liquibase.exception.DatabaseException;
import liquibase.exception.LockException;
import liquibase.lockservice.LockService;
import liquibase.lockservice.LockServiceFactory;

/**
 * Makes the table of the change log under the change log lock. Liquibase makes it before it takes the lock, so of two processes that start
 * on an empty database one may fail ("relation already exists"). A database that has the table is not locked: Liquibase has to look at it
 * to see that nothing is to be done.
 *
 * <p>Used by one thread at a time, as Liquibase does.
 */
public final class PawlChangeLogHistoryService extends StandardChangeLogHistoryService {

    /** For Liquibase, which makes one for each database. */
    public PawlChangeLogHistoryService() {}

    /** Before Liquibase's own, after those that are made for a certain database. */
    @Override
    public int getPriority() {
        return PRIORITY_DEFAULT + 1;
    }

    @Override
    public void init() throws DatabaseException {
        LockService lock = LockServiceFactory.getInstance().getLockService(getDatabase());
        if (!(lock instanceof PawlLiquibaseLockService) || lock.hasChangeLogLock() || hasDatabaseChangeLogTable()) {
            super.init();
            return;
        }
        try {
            lock.waitForLock();
            try {
                super.init();
            } finally {
                lock.releaseLock();
            }
        } catch (LockException e) {
            throw new DatabaseException(e);
        }
    }
}
