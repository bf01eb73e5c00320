package dev.pawl.lock.examples;

import java.util.Locale;

/** The table at the end. */
final class Report {

    private static final String RULE = "-".repeat(72) + "\n";

    private Report() {}

    static String table(Result result) {
        Result.Sale without = result.without();
        Result.Sale with = result.with();
        Result.LateWrite late = result.late();
        StringBuilder text = new StringBuilder();
        row(text, "several workers, one item", "no lock", "with the lock");
        text.append(RULE);
        row(text, "pieces in stock", count(without.stock()), count(with.stock()));
        row(
                text,
                "pieces sold",
                count(without.tally().sold()),
                count(with.tally().sold()));
        if (with.tally().others() > 0) {
            row(text, "  of them by another run", "", count(with.tally().others()));
        }
        if (with.tally().missing() > 0) {
            row(
                    text,
                    "  without receipt (a run was killed)",
                    "",
                    count(with.tally().missing()));
        }
        row(
                text,
                "sold more than once",
                count(without.tally().twice()),
                count(with.tally().twice()));
        row(text, "fencing tokens", "none", tokens(with.tally()));
        row(text, "sales per second", count(without.perSecond()), count(with.perSecond()));
        text.append('\n');
        row(text, "a write after the lease was lost", "no guard", late.guard());
        text.append(RULE);
        row(text, "late write, token " + late.token(), "accepted", late.refused() ? "refused" : "ACCEPTED");
        row(text, "newest token before it", "", Long.toString(late.newest()));
        row(text, "pieces sold", count(late.open().sold()), count(late.guarded().sold()));
        row(
                text,
                "pieces sold, by the books",
                count(late.open().booked()),
                count(late.guarded().booked()));
        return text.toString();
    }

    private static void row(StringBuilder text, String what, String left, String right) {
        text.append(String.format(Locale.ROOT, "%-34s %16s %20s%n", what, left, right));
    }

    private static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String tokens(Tally tally) {
        return tally.outOfOrder() == 0 ? "strictly increasing" : count(tally.outOfOrder()) + " OUT OF ORDER";
    }
}
