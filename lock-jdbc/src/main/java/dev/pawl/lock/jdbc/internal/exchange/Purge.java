package dev.pawl.lock.jdbc.internal.exchange;

import dev.pawl.lock.jdbc.internal.dialect.Dialect;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Removes the rows of names that nobody uses any more, once an hour, and a limited number at once. Safe for use by several threads. */
public final class Purge {

    private static final long EVERY = Duration.ofHours(1).toNanos();

    private final Database database;
    private final Removal removal;
    private final AtomicLong last = new AtomicLong(System.nanoTime() - EVERY);

    /** Removes rows, {@link Dialect#PURGED_AT_ONCE} at the most, and says how many. */
    @FunctionalInterface
    public interface Removal {
        int on(Connection connection) throws SQLException;
    }

    public Purge(Database database, Duration idleRetention) {
        this(database, connection -> database.dialect().purge(connection, idleRetention));
    }

    public Purge(Database database, Removal removal) {
        this.database = database;
        this.removal = removal;
    }

    /** After an exchange that was made anyway. Nobody waits for it. */
    public void nowAndThen() {
        long before = last.get();
        if (System.nanoTime() - before >= EVERY && last.compareAndSet(before, System.nanoTime())) {
            database.aside(connection -> {
                if (removal.on(connection) >= Dialect.PURGED_AT_ONCE) {
                    // There are more: with the next exchange.
                    last.set(System.nanoTime() - EVERY);
                }
            });
        }
    }
}
