package dev.pawl.lock.benchmarks;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** The rows of a report: printed as they come, and as a page of Markdown in the end. */
final class Table {

    private static final String HEAD = """
            # Speed

            Written by `java -jar lock-benchmarks/target/benchmarks.jar speed --write docs/benchmarks.md` (a Redis of its own, or
            `--url redis://host:port`). The floor has no fencing token, no queue, no renewal and no deadline: on Redis it is `SET NX
            PX` and a compare-and-delete through lettuce's synchronous API, elsewhere a fair `ReentrantLock`. Times depend on the
            machine and its neighbours; ratios are taken round by round, and stand as median (lower to upper quartile).

            """;

    private static final String COLUMNS = """
            | | floor | Pawl | ratio | target | |
            |---|---:|---:|---:|---|---|
            """;

    private final PrintStream out;
    private final List<String> about;
    private final List<String> rows = new ArrayList<>();

    Table(PrintStream out, List<String> about) {
        this.out = out;
        this.about = about;
        about.forEach(out::println);
        out.print(COLUMNS);
    }

    /** A figure with a target. */
    void row(String what, String floor, String pawl, String ratio, String target, boolean met) {
        add(what, floor, pawl, ratio, target, met ? "met" : "**missed**");
    }

    /** A figure that only tells something. */
    void row(String what, String floor, String pawl) {
        row(what, floor, pawl, "");
    }

    /** A figure that only tells something. */
    void row(String what, String floor, String pawl, String ratio) {
        add(what, floor, pawl, ratio, "", "");
    }

    private void add(String... cells) {
        String row = "| " + String.join(" | ", cells) + " |";
        rows.add(row);
        out.println(row);
    }

    List<String> rows() {
        return List.copyOf(rows);
    }

    String page() {
        StringBuilder page = new StringBuilder(HEAD);
        about.forEach(line -> page.append("- ").append(line).append('\n'));
        page.append('\n').append(COLUMNS);
        rows.forEach(row -> page.append(row).append('\n'));
        return page.toString();
    }
}
