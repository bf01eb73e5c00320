package dev.pawl.lock.chaos;

import dev.pawl.lock.chaos.Event.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a run has shown, for people. */
final class ChaosReport {

    private static final int SHOWN = 3;

    private static final String HEADING = """
            | backend | seed | time | acquisitions | leases lost | writes taken | refused | faults | of them | violations |
            |---|---|---|---|---|---|---|---|---|---|
            """;

    private final String service;
    private final ChaosPlan plan;
    private final History history;
    private final List<Violation> violations;
    private final int excused;
    private final Path directory;

    /** Judges a history by a promise. */
    ChaosReport(String service, ChaosPlan plan, History history, Promise promise, Path directory) {
        this.service = service;
        this.plan = plan;
        this.history = history;
        violations = Checker.check(promise, history);
        excused = Checker.check(promise.strict(), history).size() - violations.size();
        this.directory = directory;
    }

    List<Violation> violations() {
        return violations;
    }

    List<FaultSpan> faults() {
        return history.faults();
    }

    /** Removes the logs of a run that nobody has to look at. */
    void forget() throws IOException {
        ChaosRun.empty(directory);
        Files.delete(directory);
    }

    long acquisitions() {
        return count(Kind.OK);
    }

    /** For how much of one such fault somebody had a lock, and knew it. */
    Duration longestHoldUnder(FaultKind kind) {
        return history.faults().stream()
                .filter(fault -> fault.kind() == kind)
                .flatMap(fault -> history.acquisitions().values().stream()
                        .flatMap(List::stream)
                        .map(holder -> Duration.ofNanos(
                                Math.min(holder.ended(), fault.end()) - Math.max(holder.granted(), fault.begin()))))
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
    }

    private long count(Kind kind) {
        return history.events(kind).count();
    }

    private Map<FaultKind, Long> byKind() {
        return history.faults().stream()
                .collect(Collectors.groupingBy(
                        FaultSpan::kind, () -> new EnumMap<>(FaultKind.class), Collectors.counting()));
    }

    /** Adds a row to a table for the documents, which is begun if it is not there. */
    void enter(Path table) throws IOException {
        String row = "| `" + service + "` | " + plan.seed() + " | "
                + ChaosRun.length(history).toSeconds() + " s | " + acquisitions() + " | " + count(Kind.LOST) + " | "
                + count(Kind.ACCEPTED) + " | " + count(Kind.REFUSED) + " | "
                + history.faults().size() + " | "
                + byKind().entrySet().stream()
                        .map(kind -> "`" + kind.getKey() + "` " + kind.getValue())
                        .collect(Collectors.joining(", "))
                + " | " + (violations.isEmpty() ? "none" : "**" + violated() + "**") + excused() + " |\n";
        // Two processes may run tests: only one of them begins the table, and a row is one write.
        try {
            Files.writeString(table, HEADING, StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException e) {
            // Of an earlier run.
        }
        Files.writeString(table, row, StandardOpenOption.APPEND);
    }

    /** One line. */
    String summary() {
        return "Pawl chaos: " + service + ", seed " + plan.seed() + ", "
                + ChaosRun.length(history).toSeconds() + " s, " + acquisitions() + " acquisitions, " + count(Kind.BUSY)
                + " without the lock, " + count(Kind.FAILED) + " failed, " + count(Kind.LOST) + " leases lost, "
                + count(Kind.ACCEPTED) + " writes, " + count(Kind.REFUSED) + " refused, "
                + history.faults().size() + " faults " + byKind() + ": "
                + (violations.isEmpty()
                        ? "all invariants hold"
                        : violations.size() + " VIOLATIONS of invariants " + violated())
                + excused();
    }

    /** What would be violations if the backend promised everything. */
    private String excused() {
        return excused == 0 ? "" : ", " + excused + " excused";
    }

    private Map<Integer, Long> violated() {
        return violations.stream()
                .collect(Collectors.groupingBy(Violation::invariant, TreeMap::new, Collectors.counting()));
    }

    /** The first violations, each with its smallest history and a picture. */
    String failure() {
        return summary() + "\nagain with -Dchaos.backend=" + service + " -Dchaos.seed=" + plan.seed() + "\n"
                + violations.stream().limit(SHOWN).map(this::shown).collect(Collectors.joining("\n"))
                + (violations.size() > SHOWN ? "\nand " + (violations.size() - SHOWN) + " more" : "")
                + "\nall logs: " + directory.toAbsolutePath();
    }

    private String shown(Violation violation) {
        Path picture = directory.resolve("violation-" + (violations.indexOf(violation) + 1) + ".svg");
        draw(violation, picture);
        return violation + "\n  picture: " + picture.toAbsolutePath();
    }

    /** Draws a violation. */
    void draw(Violation violation, Path picture) {
        try {
            Files.writeString(picture, Timeline.of(history, violation, plan.lease()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
