package dev.pawl.lock.chaos;

import dev.pawl.lock.chaos.Event.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A picture of a part of a history, for one lock: a lane a process, holds as bars, waiting as lines, faults as bands, the pair that
 * contradicts itself in red. As SVG; whatever the mouse rests on says what it is.
 */
final class Timeline {

    private static final int LEFT = 110;
    private static final int WIDTH = 1_100;
    private static final int TOP = 60;
    private static final int LANE = 44;
    private static final int BAR = 16;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final int TICKS = 10;
    private static final int MOST_LEASES = 10;

    private static final String STYLE = """
            <style>
              text { font: 12px sans-serif; fill: #222 } .small { font-size: 10px } .title { font-size: 15px }
              .lane { stroke: #ddd } .tick { stroke: #eee } .wait { stroke: #999; stroke-width: 2 }
              .hold { fill: #7aa6d8; stroke: #3b6ea5 } .pair { fill: #e05252; stroke: #8f1d1d } .waitpair { stroke: #e05252; stroke-width: 2 }
              .fault { fill: #f4c542; fill-opacity: 0.35; stroke: #c79a1b }
              .accepted { stroke: #2e8b57; stroke-width: 2 } .refused { stroke: #b35900; stroke-width: 2 } .proof { stroke: #e05252; stroke-width: 2 }
            </style>
            """;

    private final History history;
    private final Violation violation;
    private final String lock;
    private final long zero;
    private final long from;
    private final long to;
    private final List<String> lanes;
    private final StringBuilder svg = new StringBuilder();

    private Timeline(History history, Violation violation, long margin) {
        this.history = history;
        this.violation = violation;
        lock = violation.evidence().stream()
                .map(Event::lock)
                .filter(name -> !name.isEmpty())
                .findFirst()
                .orElse("");
        // A fault or a wait may have begun long before: what matters is from the first grant on.
        long begin =
                violation.pair().stream().mapToLong(Acquisition::granted).min().orElse(violation.from());
        long end = violation.pair().stream().mapToLong(Acquisition::ended).max().orElse(violation.to());
        to = Math.min(end, begin + MOST_LEASES * margin) + margin;
        from = begin - margin;
        zero = begin;
        lanes = lanes();
    }

    /** Draws a violation, and a lease before and after it. */
    static String of(History history, Violation violation, Duration lease) {
        return new Timeline(history, violation, lease.toNanos()).draw();
    }

    private List<String> lanes() {
        Stream<String> clients = Stream.concat(
                        violation.evidence().stream(),
                        history.events().stream()
                                .filter(event -> event.at() >= from && event.at() <= to)
                                .filter(event -> event.lock().equals(lock)))
                .map(Event::process)
                .filter(process -> process.contains("."))
                .distinct()
                .sorted();
        return Stream.concat(clients, Stream.of(FaultSpan.EVERYBODY, "resource"))
                .toList();
    }

    private String draw() {
        int height = TOP + lanes.size() * LANE + 30;
        svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\">%n"
                        .formatted(LEFT + WIDTH + 60, height))
                .append(STYLE)
                .append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        text(10, 22, "title", lock + ": invariant " + violation.invariant() + ", " + violation.what());
        ticks(height);
        history.faults().stream().filter(fault -> fault.touches(from, to)).forEach(this::fault);
        List<Acquisition> acquisitions = history.acquisitions().getOrDefault(lock, List.of());
        acquisitions.stream()
                .filter(acquisition ->
                        acquisition.invoked() <= to && Math.max(acquisition.granted(), acquisition.ended()) >= from)
                .forEach(this::acquisition);
        history.events(Kind.ACCEPTED).forEach(write -> write(write, "accepted"));
        history.events(Kind.REFUSED).forEach(write -> write(write, "refused"));
        proof();
        return svg.append("</svg>\n").toString();
    }

    private void ticks(int height) {
        for (int i = 0; i <= TICKS; i++) {
            long at = from + (to - from) / TICKS * i;
            line(x(at), TOP - 10, x(at), height - 30, "tick", "");
            text(x(at), TOP - 16, "small", String.format(Locale.ROOT, "%+.1f ms", (at - zero) / NANOS_PER_MILLI));
        }
        for (String lane : lanes) {
            int y = y(lane);
            text(10, y + 4, "", lane);
            line(LEFT, y, LEFT + WIDTH, y, "lane", "");
        }
    }

    private void fault(FaultSpan fault) {
        String what = fault.events().get(0).note();
        for (String lane : lanes) {
            boolean isService = fault.target().equals(FaultSpan.EVERYBODY);
            boolean isHere = isService ? lane.equals(fault.target()) : lane.startsWith(fault.target() + ".");
            if (isHere) {
                rectangle(fault.begin(), fault.end(), y(lane) - LANE / 2 + 2, LANE - 4, "fault", what);
                text(
                        x(fault.begin()) + 3,
                        y(lane) - LANE / 2 + 12,
                        "small",
                        fault.kind().name());
            }
        }
    }

    private void acquisition(Acquisition acquisition) {
        boolean isOfPair = violation.pair().contains(acquisition);
        int y = y(acquisition.process());
        line(x(acquisition.invoked()), y, x(acquisition.granted()), y, isOfPair ? "waitpair" : "wait", "waits");
        String what = acquisition + ", " + acquisition.claim();
        rectangle(acquisition.granted(), acquisition.ended(), y - BAR / 2, BAR, isOfPair ? "pair" : "hold", what);
        if (isOfPair) {
            text(x(acquisition.granted()), y + BAR / 2 + 11, "small", "token " + acquisition.token());
        }
    }

    private void write(Event write, String style) {
        if (write.lock().equals(lock) && write.at() >= from && write.at() <= to) {
            int y = y("resource");
            String what = write.process() + " " + write.kind() + " " + write.token() + " " + write.note();
            line(x(write.at()), y - BAR / 2, x(write.at()), y + BAR / 2, style, what);
        }
    }

    /** The checks and writes that prove it. */
    private void proof() {
        List<Event> proof = new ArrayList<>(violation.evidence());
        proof.removeIf(event -> event.kind() != Kind.VALID && event.kind() != Kind.ACCEPTED);
        for (Event event : proof) {
            String lane = event.kind() == Kind.ACCEPTED ? "resource" : event.process();
            line(x(event.at()), y(lane) - BAR, x(event.at()), y(lane) + BAR, "proof", event.toString());
        }
    }

    private int x(long at) {
        long inside = Math.max(from, Math.min(to, at));
        return LEFT + (int) ((inside - from) * (double) WIDTH / (to - from));
    }

    private int y(String lane) {
        return TOP + lanes.indexOf(lane) * LANE + LANE / 2;
    }

    private void rectangle(long begin, long end, int y, int height, String style, String what) {
        int width = Math.max(1, x(end) - x(begin));
        svg.append("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" class=\"%s\">%s</rect>%n"
                .formatted(x(begin), y, width, height, style, title(what)));
    }

    private void line(int x1, int y1, int x2, int y2, String style, String what) {
        svg.append("<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" class=\"%s\">%s</line>%n"
                .formatted(x1, y1, x2, y2, style, title(what)));
    }

    private void text(int x, int y, String style, String what) {
        svg.append("<text x=\"%d\" y=\"%d\" class=\"%s\">%s</text>%n".formatted(x, y, style, escaped(what)));
    }

    private static String title(String what) {
        return what.isEmpty() ? "" : "<title>" + escaped(what) + "</title>";
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
