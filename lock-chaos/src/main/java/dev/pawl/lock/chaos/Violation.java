package dev.pawl.lock.chaos;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A promise that was not kept.
 *
 * @param invariant which, 1 to 11
 * @param what happened, in a sentence
 * @param pair the acquisitions that contradict one another, if it is that
 * @param evidence the smallest part of the history that shows it: checked alone, it shows the same
 */
record Violation(int invariant, String what, List<Acquisition> pair, List<Event> evidence) {

    private static final double NANOS_PER_MILLI = 1e6;

    long from() {
        return evidence.get(0).at();
    }

    long to() {
        return evidence.get(evidence.size() - 1).at();
    }

    @Override
    public String toString() {
        return "invariant " + invariant + ": " + what + "\n"
                + evidence.stream().map(event -> "  " + line(event)).collect(Collectors.joining("\n"));
    }

    private String line(Event event) {
        StringBuilder line = new StringBuilder(String.format(
                "%+10.3f ms  %-10s %-10s", (event.at() - from()) / NANOS_PER_MILLI, event.process(), event.kind()));
        if (!event.lock().isEmpty()) {
            line.append(' ').append(event.lock());
        }
        if (event.token() != 0) {
            line.append(" token ").append(event.token());
        }
        if (event.until() != 0) {
            line.append(String.format(" until %+.3f ms", (event.until() - from()) / NANOS_PER_MILLI));
        }
        return line.append(event.note().isEmpty() ? "" : " " + event.note()).toString();
    }
}
