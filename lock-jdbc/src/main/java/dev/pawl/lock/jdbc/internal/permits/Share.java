package dev.pawl.lock.jdbc.internal.permits;

import java.util.Locale;

/**
 * A row of the table of permits: one who has permits of a name, or waits for them. Times are microseconds, by the database's clock.
 *
 * @param owner whose it is
 * @param permits how many
 * @param most how many may be out with these
 * @param place where it stands in the queue: those that came later have more
 * @param turnMicros how long permits are reserved for it when its turn has come
 * @param endsMicros when it is over, should it not be heard of again
 */
record Share(String owner, State state, long permits, long most, long place, long turnMicros, long endsMicros) {

    enum State {
        HELD,
        /** For a waiter whose turn has come. */
        RESERVED,
        WAITING;

        /** As it stands in the table. */
        String stored() {
            return name().toLowerCase(Locale.ROOT);
        }

        static State of(String stored) {
            return valueOf(stored.toUpperCase(Locale.ROOT));
        }
    }

    boolean isOut() {
        return state != State.WAITING;
    }

    Share as(State next, long endsMicros) {
        return new Share(owner, next, permits, most, place, turnMicros, endsMicros);
    }
}
