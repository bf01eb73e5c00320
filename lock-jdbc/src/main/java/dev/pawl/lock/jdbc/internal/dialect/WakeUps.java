package dev.pawl.lock.jdbc.internal.dialect;

import java.sql.SQLException;
import java.util.Map;
import java.util.Set;

/** How a client that waits learns of the database. Used by its one thread, but for {@link #interrupt} and {@link #close}. */
public interface WakeUps extends AutoCloseable {

    /** Whom to wake. */
    interface Sleepers {

        /** Wakes the waiter with that member id, if it still waits. */
        void wake(String member);

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

    /** What it has need not be given back to anybody: {@link #listen} ends at once. */
    default void breakOff() {}

    /** Called once its thread has ended, or should have. */
    @Override
    void close();
}
