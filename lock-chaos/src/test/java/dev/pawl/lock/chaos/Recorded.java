package dev.pawl.lock.chaos;

import dev.pawl.lock.chaos.Event.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;

/** A history by hand. Times are in ms. */
final class Recorded {

    static final long LEASE = 800;

    /** With exchanges that take no time. */
    static final Promise STRICT = new Promise(Set.of(), Set.of(), Duration.ofMillis(LEASE), Duration.ZERO);

    private static final long MILLI = 1_000_000;

    private final List<Event> events = new ArrayList<>();

    /** What a service that is right gives to three processes: they take two locks in turn, look at them, and write. */
    static Recorded ofARightService(long seed) {
        Random random = new Random(seed);
        Recorded recorded = new Recorded();
        long[] free = {0, 0};
        long[] last = {0, 0};
        for (int op = 1; op <= 60; op++) {
            int lock = random.nextInt(2);
            String process = "c" + random.nextInt(3) + ".1";
            long granted = free[lock] + 1 + random.nextInt(20);
            long invoked = Math.max(0, granted - random.nextInt(100));
            last[lock] += 1 + random.nextInt(5);
            long released = granted + 4 + random.nextInt(40);
            recorded.held(process, op, "lock-" + lock, last[lock], invoked, granted, released);
            free[lock] = released;
        }
        return recorded;
    }

    /** A hold that is looked at and written under in its middle, and released. */
    Recorded held(String process, long op, String lock, long token, long invoked, long granted, long released) {
        long middle = (granted + released) / 2;
        return granted(process, op, lock, token, invoked, granted)
                .add(middle, Kind.VALID, process, op, lock, token, middle + LEASE)
                .add(middle + 1, Kind.ACCEPTED, process, op, lock, token, 0)
                .add(released, Kind.RELEASE, process, op, lock, token, 0);
    }

    /** Permits that are looked at in the middle, and given back. */
    Recorded had(Permits what, String process, long op, int permits, long token, long granted, long released) {
        long middle = (granted + released) / 2;
        events.add(new Event(granted * MILLI - 1, Kind.INVOKE, process, op, what.lockName(), 0, 0, ""));
        events.add(new Event(
                granted * MILLI,
                Kind.OK,
                process,
                op,
                what.lockName(),
                token,
                (granted + LEASE) * MILLI,
                Integer.toString(permits)));
        return add(middle, Kind.VALID, process, op, what.lockName(), token, middle + LEASE)
                .add(released, Kind.RELEASE, process, op, what.lockName(), token, 0);
    }

    Recorded granted(String process, long op, String lock, long token, long invoked, long granted) {
        return add(invoked, Kind.INVOKE, process, op, lock, 0, 0)
                .add(granted, Kind.OK, process, op, lock, token, granted + LEASE);
    }

    Recorded add(long at, Kind kind, String process, long op, String lock, long token, long until) {
        events.add(new Event(at * MILLI, kind, process, op, lock, token, until * MILLI, ""));
        return this;
    }

    Recorded fault(FaultKind kind, String target, long from, long to) {
        long number = events.size();
        events.add(new Event(from * MILLI, Kind.FAULT, target, number, "", 0, 0, kind + " for ever"));
        events.add(new Event(to * MILLI, Kind.FAULT_OVER, target, number, "", 0, 0, kind.name()));
        return this;
    }

    /** An operator takes a lock away; without a raised token nobody knows whether that came about. */
    Recorded taken(FaultKind how, String lock, long seen, Optional<Long> raised, long from, long to) {
        long number = events.size();
        events.add(new Event(from * MILLI, Kind.TAKE, Operator.NAME, number, lock, seen, 0, how.name()));
        raised.ifPresent(token ->
                events.add(new Event(to * MILLI, Kind.TAKEN, Operator.NAME, number, lock, token, 0, how.name())));
        return this;
    }

    /** Another history, in which each event is changed. */
    Recorded mutated(UnaryOperator<Event> mutant) {
        Recorded mutated = new Recorded();
        events.stream().map(mutant).forEach(mutated.events::add);
        return mutated;
    }

    History history() {
        return History.of(events);
    }

    List<Event> events() {
        return events;
    }
}
