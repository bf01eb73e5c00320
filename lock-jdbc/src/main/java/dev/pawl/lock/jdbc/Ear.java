package dev.pawl.lock.jdbc;

import dev.pawl.lock.jdbc.Dialect.Holder;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How a {@link Watch} learns of the database. Used by its one thread, but for {@link #interrupt} and {@link #close}. */
interface Ear extends AutoCloseable {

    /** Whom to wake. */
    interface Sleepers {

        /** The waiter with that member id, or null if it does not wait any more. */
        @Nullable
        Waiting find(String member);

        /** Something was missed: everybody has to look. */
        void wakeAll();
    }

    /** Returns after it has woken somebody, at {@code until}, or earlier. */
    void listen(long until, Sleepers sleepers);

    /** Who has the locks. */
    Map<String, Holder> look(Set<String> keys) throws SQLException;

    /** Whether it hears of releases now; if not, they have to be looked for. */
    boolean hears();

    /** Whether it has to be kept even while nobody waits. */
    boolean isKept();

    /** Ends {@link #listen} early, where that can be done. */
    void interrupt(Thread listener);

    @Override
    void close();
}
