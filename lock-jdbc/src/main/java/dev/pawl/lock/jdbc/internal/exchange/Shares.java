package dev.pawl.lock.jdbc.internal.exchange;

import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How many connections attempts may have at once. A row that others keep locked costs an attempt its connection for as long as it
 * waits: renewals and releases need one all the same. An attempt that comes again has waited at such a row, and so would a new one at
 * a row that is known to be locked: those have a part of the share, and leave the rest to attempts at all other rows. Safe for use by
 * several threads.
 */
public final class Shares {

    /** An attempt that has lost its race so late has waited at a row, in ns. */
    private static final long WAITED_AT_A_ROW = 250_000_000;

    /** How long a row at which an attempt has waited in vain counts as locked, in ns. */
    private static final long REMEMBERED = 10_000_000_000L;

    private static final int MOST_REMEMBERED = 1_000;

    private final int attempts;
    private final Semaphore roomForAttempts;

    /** Part of that. */
    private final Semaphore roomForLaterGoes;

    /** Rows at which an attempt has waited in vain, and until when each counts as locked, on the monotonic clock. */
    private final Map<String, Long> lockedRows = new ConcurrentHashMap<>();

    /**
     * @param attempts how many connections attempts may have at once
     */
    public Shares(int attempts) {
        this.attempts = attempts;
        this.roomForAttempts = new Semaphore(attempts, true);
        this.roomForLaterGoes = new Semaphore(laterGoes());
    }

    int attempts() {
        return attempts;
    }

    /** How many of them are for later goes. */
    public int laterGoes() {
        return Math.max(1, attempts / 2);
    }

    /** What needs a connection. */
    @FunctionalInterface
    interface Step<T> {
        T run() throws SQLException;
    }

    /** Whether an attempt has the part of those that come again. */
    boolean comesLater(String row, @Nullable SQLException lost) {
        return lost != null || isKnownLocked(row);
    }

    private boolean isKnownLocked(String row) {
        Long until = lockedRows.get(row);
        return until != null && until - System.nanoTime() > 0;
    }

    /** Runs a first go. It takes the room that it finds: it need not wait until another thread has woken up. */
    <T> T first(long end, SQLException otherwise, Step<T> step) throws SQLException {
        if (roomForAttempts.tryAcquire()) {
            try {
                return step.run();
            } finally {
                roomForAttempts.release();
            }
        }
        return inRoom(roomForAttempts, end, otherwise, step);
    }

    /** Runs a later one. */
    <T> T later(long end, SQLException otherwise, Step<T> step) throws SQLException {
        return inRoom(roomForLaterGoes, end, otherwise, () -> inRoom(roomForAttempts, end, otherwise, step));
    }

    private static <T> T inRoom(Semaphore room, long end, SQLException otherwise, Step<T> step) throws SQLException {
        if (!Pauses.acquire(room, end)) {
            throw otherwise;
        }
        try {
            return step.run();
        } finally {
            room.release();
        }
    }

    /** Remembers the row if the step has waited for it in vain, and forgets it if the step has had it. */
    <T> T remembering(String row, Predicate<SQLException> isLostRace, Step<T> step) throws SQLException {
        long began = System.nanoTime();
        try {
            T answer = step.run();
            lockedRows.remove(row);
            return answer;
        } catch (SQLException e) {
            long now = System.nanoTime();
            if (isLostRace.test(e) && now - began > WAITED_AT_A_ROW) {
                remember(row, now);
            }
            throw e;
        }
    }

    private void remember(String row, long now) {
        if (lockedRows.size() >= MOST_REMEMBERED) {
            lockedRows.values().removeIf(until -> until - now <= 0);
        }
        if (lockedRows.size() < MOST_REMEMBERED) {
            lockedRows.put(row, now + REMEMBERED);
        }
    }
}
