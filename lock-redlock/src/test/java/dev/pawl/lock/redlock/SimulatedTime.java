package dev.pawl.lock.redlock;

import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Virtual time, and all that happens in it, on one thread. What happens belongs to a party, a client or a node, which can be
 * stopped, as by SIGSTOP: what falls due for it meanwhile happens, in order, when it goes on.
 */
final class SimulatedTime {

    static final int WORLD = 0;

    private static final class Event implements Comparable<Event> {
        private final int party;
        private final long order;
        private final Runnable action;
        private final long due;
        private long at;

        private Event(int party, long due, long order, Runnable action) {
            this.party = party;
            this.due = due;
            this.at = due;
            this.order = order;
            this.action = action;
        }

        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(at, other.at);
            int byDue = byTime != 0 ? byTime : Long.compare(due, other.due);
            return byDue != 0 ? byDue : Long.compare(order, other.order);
        }
    }

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final long[] stoppedUntil;
    private final boolean[] dead;
    private long now;
    private long count;

    SimulatedTime(int parties) {
        stoppedUntil = new long[parties];
        dead = new boolean[parties];
    }

    /** Nanoseconds since the beginning. */
    long now() {
        return now;
    }

    void after(long delay, int party, Runnable action) {
        events.add(new Event(party, now + Math.max(0, delay), count++, action));
    }

    /** Lets the next thing happen; false if nothing is left. */
    boolean step() {
        while (true) {
            Event event = events.poll();
            if (event == null) {
                return false;
            }
            if (dead[event.party]) {
                continue;
            }
            if (stoppedUntil[event.party] > event.at) {
                event.at = stoppedUntil[event.party];
                events.add(event);
                continue;
            }
            now = event.at;
            event.action.run();
            return true;
        }
    }

    void stop(int party, long time) {
        stoppedUntil[party] = Math.max(stoppedUntil[party], now + time);
    }

    /** As by SIGKILL: nothing happens to this party any more. */
    void kill(int party) {
        dead[party] = true;
    }

    boolean isDead(int party) {
        return dead[party];
    }

    void resumeAll() {
        Arrays.fill(stoppedUntil, 0);
        List<Event> all = List.copyOf(events);
        events.clear();
        all.forEach(event -> event.at = Math.max(now, event.due));
        events.addAll(all);
    }
}
