package dev.pawl.lock.jdbc.internal.dialect;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Statements that cost the database less than those of {@link Dialect}, and serve only a lock that nobody else wants. Only PostgreSQL has
 * them. What they do not find says nothing: the other statement has to be asked. Every method is one exchange. Safe for use by several
 * threads.
 */
public interface ShortPath {

    /** Tries for a lock that has a row; null if there is none, or somebody has the lock or waits for it. */
    @Nullable
    Reply acquire(Connection connection, String key, String owner, String holder, long leaseMicros) throws SQLException;

    /**
     * One of several requests for locks.
     *
     * @param key the row
     * @param owner who asks
     */
    record Wanted(String key, String owner, String holder, long leaseMicros) {}

    /**
     * One of several locks to give back.
     *
     * @param key the row
     * @param owner who has it
     */
    record Having(String key, String owner) {}

    /** Tries for several locks at once, and says which owners have got theirs. A row that another session has locked is left out. */
    Map<String, Reply> acquire(Connection connection, Collection<Wanted> wanted) throws SQLException;

    /**
     * Gives several locks back, and says whose: of those who have theirs, while nobody waits for it and no other session has locked
     * its row.
     */
    Set<String> release(Connection connection, Collection<Having> having) throws SQLException;

    /** Gives back what the owner has, unless somebody waits for it. */
    boolean release(Connection connection, String key, String owner) throws SQLException;
}
