package dev.pawl.lock.benchmarks;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoublePredicate;

/** The rows of a report: printed as they come, and as a page of Markdown in the end. */
final class Table {

    private static final String HEAD = """
            # Speed

            Written by `java -jar lock-benchmarks/target/benchmarks.jar speed --write docs/benchmarks.md` (a Redis of its own, or
            `--url redis://host:port`). The floor has no fencing token, no queue, no renewal and no deadline: on Redis it is `SET NX
            PX` and a compare-and-delete through lettuce's synchronous API, on PostgreSQL `SELECT … FOR UPDATE` and `COMMIT` on
            a pooled connection, on ZooKeeper the creation of an ephemeral node and its deletion, elsewhere a fair `ReentrantLock`. Times
            depend on the machine and its neighbours; ratios are taken round by round, and stand as median (lower to upper quartile).
            A target between the quartiles is not settled: the machine was too busy, or it is a matter of luck.

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

    /** A count with a target. */
    void row(String what, String floor, String pawl, String ratio, String target, boolean met) {
        add(what, floor, pawl, ratio, target, verdict(met, met));
    }

    /** A ratio with a target, which only rounds that mostly agree can meet or miss. */
    void row(String what, String floor, String pawl, Spread ratio, String target, DoublePredicate meets) {
        String verdict = verdict(meets.test(ratio.low()), meets.test(ratio.high()));
        add(what, floor, pawl, ratio.toString(), target, verdict);
    }

    private static String verdict(boolean oneEnd, boolean otherEnd) {
        if (oneEnd != otherEnd) {
            return "not settled";
        }
        return oneEnd ? "met" : "**missed**";
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
