package dev.pawl.lock.internal;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Virtual time, and everything that happens in it, on one thread. What happens belongs to a party: a client, the service, or
 * the world. A party can be stopped, as by SIGSTOP: what falls due for it meanwhile happens, in order, when it goes on.
 */
final class SimulatedScheduler {

    static final int WORLD = -2;
    static final int SERVICE = -1;

    /** One thing that will happen. */
    static final class Event implements Comparable<Event> {
        private final int party;
        private final @Nullable Object tag;
        private final long due;
        private final long order;
        private final Runnable action;
        private long at;
        private boolean cancelled;

        private Event(int party, @Nullable Object tag, long due, long order, Runnable action) {
            this.party = party;
            this.tag = tag;
            this.due = due;
            this.order = order;
            this.action = action;
            this.at = due;
        }

        void cancel() {
            cancelled = true;
        }

        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(at, other.at);
            int byDue = byTime != 0 ? byTime : Long.compare(due, other.due);
            return byDue != 0 ? byDue : Long.compare(order, other.order);
        }
    }

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Map<Integer, Long> stoppedUntil = new HashMap<>();
    private final Set<Integer> dead = new HashSet<>();
    private long now;
    private long count;

    /** Nanoseconds since the beginning. */
    long now() {
        return now;
    }

    /**
     * Makes something happen later.
     *
     * @param tag what {@link #flush} and {@link #drop} find it by
     */
    Event after(long delay, int party, @Nullable Object tag, Runnable action) {
        Event event = new Event(party, tag, now + Math.max(0, delay), count++, action);
        events.add(event);
        return event;
    }

    /** Lets the next thing happen; false if nothing is left. */
    boolean step() {
        Event event = next();
        if (event == null) {
            return false;
        }
        now = Math.max(now, event.at);
        event.action.run();
        return true;
    }

    private @Nullable Event next() {
        while (true) {
            Event event = events.poll();
            if (event == null) {
                return null;
            }
            long resumed = stoppedUntil.getOrDefault(event.party, 0L);
            if (event.cancelled || dead.contains(event.party)) {
                continue;
            }
            if (event.at >= resumed) {
                return event;
            }
            event.at = resumed;
            events.add(event);
        }
    }

    /** Lets everything with this tag, and what comes of it, happen now, without time going on. */
    void flush(Object tag) {
        while (true) {
            Event first = null;
            for (Event event : events) {
                boolean meant = event.tag == tag && !event.cancelled && !dead.contains(event.party);
                if (meant && (first == null || event.compareTo(first) < 0)) {
                    first = event;
                }
            }
            if (first == null) {
                return;
            }
            events.remove(first);
            first.action.run();
        }
    }

    /** What has this tag does not happen. */
    void drop(Object tag) {
        events.removeIf(event -> event.tag == tag);
    }

    /** How much has this tag. */
    int pending(Object tag) {
        int found = 0;
        for (Event event : events) {
            found += event.tag == tag && !event.cancelled ? 1 : 0;
        }
        return found;
    }

    void stop(int party, long time) {
        stoppedUntil.merge(party, now + time, Math::max);
    }

    boolean isStopped(int party) {
        return stoppedUntil.getOrDefault(party, 0L) > now || dead.contains(party);
    }

    /** When the party last went on, or will. */
    long resumed(int party) {
        return stoppedUntil.getOrDefault(party, 0L);
    }

    void resumeAll() {
        stoppedUntil.replaceAll((party, until) -> Math.min(until, now));
        List<Event> all = List.copyOf(events);
        events.clear();
        all.forEach(event -> event.at = Math.max(now, event.due));
        events.addAll(all);
    }

    /** As by SIGKILL: nothing happens to this party any more. */
    void kill(int party) {
        dead.add(party);
    }

    boolean isDead(int party) {
        return dead.contains(party);
    }
}
