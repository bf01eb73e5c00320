package dev.pawl.lock.chaos;

import dev.pawl.lock.chaos.Event.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What all processes of a run have written down, in the order of time. */
final class History {

    private record Operation(String process, long op) {}

    /**
     * A request that has returned.
     *
     * @param invoke its begin
     * @param end its return, whatever it brought
     */
    record Request(Event invoke, Event end) {}

    private final List<Event> events;
    private final List<Request> requests = new ArrayList<>();
    private final Map<Operation, Event> open = new HashMap<>();
    private final Map<Operation, Acquisition> granted = new HashMap<>();
    private final Map<String, List<Acquisition>> acquisitions = new TreeMap<>();
    private final Map<String, Long> killed = new HashMap<>();
    private final Map<Long, Event> openFaults = new TreeMap<>();
    private final List<FaultSpan> faults = new ArrayList<>();
    private final Map<Long, Event> openTakings = new TreeMap<>();
    private final List<Taking> takings = new ArrayList<>();

    private History(List<Event> events) {
        this.events = events;
        events.forEach(this::take);
        openFaults.values().forEach(fault -> faults.add(span(fault, Long.MAX_VALUE, List.of(fault))));
        openTakings.values().forEach(begin -> takings.add(new Taking(begin, null)));
        acquisitions.values().stream().flatMap(List::stream).forEach(acquisition -> {
            Long at = killed.get(acquisition.process());
            if (at != null) {
                acquisition.killedAt(at);
            }
        });
    }

    /** A history of these events, in any order. */
    static History of(Collection<Event> events) {
        // Stable: what one process stamped at one instant stays in its order.
        return new History(
                events.stream().sorted(Comparator.comparingLong(Event::at)).toList());
    }

    /** Reads all logs in a directory. */
    static History read(Path directory) {
        List<Event> events = new ArrayList<>();
        try (Stream<Path> logs = Files.list(directory)) {
            for (Path log : logs.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .toList()) {
                try (Stream<String> lines = Files.lines(log)) {
                    lines.map(Event::parse).flatMap(Optional::stream).forEach(events::add);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return of(events);
    }

    private void take(Event event) {
        Operation operation = new Operation(event.process(), event.op());
        switch (event.kind()) {
            case INVOKE -> open.put(operation, event);
            case OK -> {
                Acquisition acquisition = new Acquisition(returned(operation, event), event);
                granted.put(operation, acquisition);
                acquisitions
                        .computeIfAbsent(event.lock(), name -> new ArrayList<>())
                        .add(acquisition);
            }
            case BUSY, FAILED -> returned(operation, event);
            case VALID, INVALID, RELEASE, LOST -> {
                Acquisition acquisition = granted.get(operation);
                if (acquisition != null) {
                    acquisition.add(event);
                }
            }
            case KILLED -> killed.putIfAbsent(event.process(), event.at());
            case FAULT -> openFaults.put(event.op(), event);
            case FAULT_OVER -> {
                Event begin = openFaults.remove(event.op());
                if (begin != null) {
                    faults.add(span(begin, event.at(), List.of(begin, event)));
                }
            }
            case TAKE -> openTakings.put(event.op(), event);
            case TAKEN -> {
                Event begin = openTakings.remove(event.op());
                if (begin != null) {
                    takings.add(new Taking(begin, event));
                }
            }
            case NOT_TAKEN -> openTakings.remove(event.op());
            default -> {}
        }
    }

    private @Nullable Event returned(Operation operation, Event end) {
        Event invoke = open.remove(operation);
        if (invoke != null) {
            requests.add(new Request(invoke, end));
        }
        return invoke;
    }

    private static FaultSpan span(Event begin, long end, List<Event> events) {
        return new FaultSpan(
                FaultKind.valueOf(begin.note().replaceFirst(" .*", "")), begin.process(), begin.at(), end, events);
    }

    List<Event> events() {
        return events;
    }

    Stream<Event> events(Kind kind) {
        return events.stream().filter(event -> event.kind() == kind);
    }

    /** Whether every lock that was ever asked for has been granted since the last healing. */
    boolean isEachTakenAgain() {
        long healed = events(Kind.HEALED).mapToLong(Event::at).max().orElse(Long.MIN_VALUE);
        return events(Kind.INVOKE)
                .map(Event::lock)
                .distinct()
                .allMatch(lock -> takenAgain(lock, healed).isPresent());
    }

    /** The first grant of a lock after an instant that was not over before its holder knew of it. */
    Optional<Acquisition> takenAgain(String lock, long after) {
        return acquisitions.getOrDefault(lock, List.of()).stream()
                .filter(acquisition -> acquisition.granted() > after && !acquisition.wasOver())
                .findFirst();
    }

    /** What was granted, by lock, in the order in which it returned. */
    Map<String, List<Acquisition>> acquisitions() {
        return acquisitions;
    }

    /** What an event is about, if it was granted. */
    @Nullable
    Acquisition acquisition(Event event) {
        return granted.get(new Operation(event.process(), event.op()));
    }

    List<FaultSpan> faults() {
        return faults;
    }

    /** What an operator took away, or may have. */
    List<Taking> takings() {
        return takings;
    }

    boolean wasKilled(String process, long before) {
        return killed.getOrDefault(process, Long.MAX_VALUE) < before;
    }

    /** All that have returned, in the order in which they did. */
    List<Request> requests() {
        return requests;
    }

    /** Requests that have not returned although their process was not killed. */
    List<Event> stuck() {
        return open.values().stream()
                .filter(invoke -> !killed.containsKey(invoke.process()))
                .sorted(Comparator.comparingLong(Event::at))
                .toList();
    }
}
