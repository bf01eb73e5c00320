package dev.pawl.lock.chaos;

import dev.pawl.lock.chaos.Event.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One granted request, and what became of it: a view of its events. */
final class Acquisition {

    private final @Nullable Event invoke;
    private final Event ok;
    private final List<Event> later = new ArrayList<>(4);
    private long killed = Long.MAX_VALUE;

    Acquisition(@Nullable Event invoke, Event ok) {
        this.invoke = invoke;
        this.ok = ok;
    }

    /** Events come in their order. */
    void add(Event event) {
        later.add(event);
    }

    void killedAt(long at) {
        killed = Math.min(killed, at);
    }

    String process() {
        return ok.process();
    }

    String slot() {
        return ok.slot();
    }

    String lock() {
        return ok.lock();
    }

    long token() {
        return ok.token();
    }

    /** How many permits it has of a semaphore; 1 of a lock. */
    int permits() {
        return ok.note().isEmpty() ? 1 : Integer.parseInt(ok.note());
    }

    long invoked() {
        return invoke == null ? ok.at() : invoke.at();
    }

    long granted() {
        return ok.at();
    }

    /** Whether its deadline had passed when its holder got to see it; not if it called itself valid afterwards. */
    boolean wasOver() {
        return ok.until() <= ok.at() && checks().isEmpty();
    }

    /**
     * The end of its claim: the release, the loss, the last deadline that the holder is known to have had, or its death. Never
     * later than it was: a deadline that a renewal moved after the holder last looked does not count, and of a lease that was lost
     * before its deadline only what the holder saw.
     */
    long ended() {
        long deadline = ok.until();
        long seen = ok.at();
        for (Event event : later) {
            switch (event.kind()) {
                case VALID -> {
                    seen = event.at();
                    deadline = Math.max(deadline, event.until());
                }
                case RELEASE -> {
                    return Math.min(Math.min(event.at(), deadline), killed);
                }
                case LOST, INVALID -> {
                    return Math.min(event.at() < deadline ? seen : deadline, killed);
                }
                default -> {}
            }
        }
        return Math.min(deadline, killed);
    }

    /** When its holder called it valid. */
    List<Event> checks() {
        return later.stream().filter(event -> event.kind() == Kind.VALID).toList();
    }

    /** The events that say when it was asked for and granted. */
    List<Event> grant() {
        return invoke == null ? List.of(ok) : List.of(invoke, ok);
    }

    /** The grant, the last time that it was seen valid, and what ended it. */
    List<Event> claim() {
        List<Event> events = new ArrayList<>(grant());
        List<Event> checks = checks();
        if (!checks.isEmpty()) {
            events.add(checks.get(checks.size() - 1));
        }
        end().ifPresent(events::add);
        return events;
    }

    private Optional<Event> end() {
        return later.stream()
                .filter(event ->
                        event.kind() == Kind.RELEASE || event.kind() == Kind.LOST || event.kind() == Kind.INVALID)
                .findFirst();
    }

    @Override
    public String toString() {
        return process() + " with token " + token();
    }
}
