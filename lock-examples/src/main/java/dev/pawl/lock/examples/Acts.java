package dev.pawl.lock.examples;

import dev.pawl.lock.Guarantees;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.examples.Result.LateWrite;
import dev.pawl.lock.examples.Result.Sale;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;

/** The three acts, told as they happen. */
final class Acts {

    /** Enough to show it; without a lock, more pieces only take longer. */
    private static final int MOST_WITHOUT = 500;

    private static final long LIMIT_MILLIS = 3_000;
    private static final int SOLD_MEANWHILE = 3;
    private static final int MOST_TO_WARM_UP = 200;
    private static final long WARM_UP_MILLIS = 500;

    private final PrintStream out;
    private final Progress progress;
    private final Arguments arguments;
    private final String run;
    private final Crew crew;
    private final Path scratch;

    /** What the third act waits for. */
    private final String waiting;

    Acts(
            PrintStream out,
            Progress progress,
            Arguments arguments,
            String run,
            Crew crew,
            Path scratch,
            Guarantees guarantees) {
        this.out = out;
        this.progress = progress;
        this.arguments = arguments;
        this.run = run;
        this.crew = crew;
        this.scratch = scratch;
        waiting = "worker 2 waits until worker 1's "
                + (guarantees.crashRelease() == Guarantees.CrashRelease.SESSION
                        ? "session is over at the service: longer than a lease, 15 s unless the URL has a sessionTimeout"
                        : "lease is over");
    }

    private void heading(String text) {
        out.printf("%n%s%n", text);
        progress.restart();
    }

    private static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** A JVM that has just begun is slow, with a lock and without, and says nothing of either: the figures are taken after this. */
    void warmUp() throws IOException, DemoException, InterruptedException {
        int pieces = Math.min(arguments.items(), MOST_TO_WARM_UP);
        out.println("Warming the workers up: they sell in a shop that does not count");
        progress.restart();
        try (Shop without = Shop.withStock(scratch.resolve("warm-up-without"), pieces);
                Shop with = Shop.withStock(scratch.resolve("warm-up-with"), pieces)) {
            Crew.Watch watch = () -> "warming up";
            String millis = Long.toString(WARM_UP_MILLIS);
            crew.sell(
                    progress, watch, "sell-without", millis, without.directory().toString());
            crew.sell(
                    progress,
                    watch,
                    "sell-with",
                    Worker.WARM_UP,
                    with.directory().toString());
        }
    }

    /** Read, think, write, by several at once. */
    Sale withoutLock() throws IOException, DemoException, InterruptedException {
        int pieces = Math.min(arguments.items(), MOST_WITHOUT);
        heading("1. No lock: " + arguments.workers() + " workers sell " + count(pieces) + " pieces");
        try (Shop shop = Shop.withStock(scratch.resolve("without"), pieces)) {
            String path = shop.directory().toString();
            crew.sell(
                    progress,
                    () -> count(shop.receiptsFrom(0).size()) + " sold",
                    "sell-without",
                    Long.toString(LIMIT_MILLIS),
                    path);
            Tally tally = Tally.of(shop.receiptsFrom(0), run);
            Sale sale = new Sale(pieces, shop.books().left(), tally, progress.seconds());
            long tooMany = tally.sold() - pieces;
            progress.say(count(tally.sold()) + " sold" + (tooMany > 0 ? ": " + count(tooMany) + " too many" : ""));
            return sale;
        }
    }

    /** The same, each sale under the lock. */
    Sale withLock(LockClient locks, Path directory) throws IOException, DemoException, InterruptedException {
        int pieces = arguments.items();
        heading("2. With the lock: " + arguments.workers() + " workers sell " + count(pieces) + " pieces");
        try (Arena arena = Arena.enter(locks, directory, pieces);
                Shop shop = Shop.open(arena.directory())) {
            String path = arena.directory().toString();
            crew.sell(progress, () -> progressOf(shop.books()), "sell-with", Worker.INVENTORY, path);
            double seconds = progress.seconds();
            Arena.Account account = arena.leave(run);
            Tally tally = account.tally();
            progress.say(count(tally.sold()) + " sold"
                    + (tally.others() > 0 ? ", " + count(tally.others()) + " of them by another run" : ""));
            return new Sale(account.stock(), account.left(), tally, seconds);
        }
    }

    private static String progressOf(Shop.Books books) {
        return count(books.sold()) + " of " + count(books.delivered()) + " sold";
    }

    /** A worker is stopped for longer than its lease, and writes when it wakes: with the service's guard, and without. */
    LateWrite lateWrite() throws IOException, DemoException, InterruptedException {
        heading("3. A worker is stopped for longer than its lease of " + Worker.SHORT_LEASE.toSeconds() + " s");
        try (Ledger ledger = Ledger.at(arguments.url());
                Stand open = Stand.withStock(ledger, scratch.resolve("open"), 10);
                Stand guarded = Stand.withStock(ledger, scratch.resolve("guarded"), 10)) {
            try {
                return lateWrite(ledger, open, guarded);
            } finally {
                open.remove();
                guarded.remove();
            }
        }
    }

    private LateWrite lateWrite(Ledger ledger, Stand open, Stand guarded)
            throws IOException, DemoException, InterruptedException {
        String[] shops = {open.directory().toString(), guarded.directory().toString()};
        WorkerLink stopped = crew.first();
        stopped.tell("hold", Boolean.toString(stopped.renewsUntilStopped()), shops[0], shops[1]);
        long token = Long.parseLong(progress.answerOf(stopped, "worker 1 connects and waits for the lock")[1]);
        progress.say("worker 1 has the lock, token " + token + ", reads the books, and is stopped");
        progress.say("(" + stopped.stopping() + ")");
        stopped.stop();
        long newest;
        try {
            WorkerLink next = crew.second();
            next.tell("serve", Integer.toString(SOLD_MEANWHILE), shops[0], shops[1]);
            newest = Long.parseLong(progress.answerOf(next, waiting)[1]);
        } finally {
            stopped.resume();
        }
        progress.say("worker 2 got the lock, token " + newest + ", and sold " + SOLD_MEANWHILE + " pieces");
        stopped.tell("write");
        String[] late = progress.answerOf(stopped, "worker 1 wakes");
        progress.say("worker 1 wakes and writes what it had in mind, with token " + token + ":");
        progress.say("  without a guard it is accepted: the sales of worker 2 are gone from the books");
        progress.say("  with " + ledger.guard() + " it is " + late[1]
                + (late[3].isEmpty() ? "" : ": " + late[3].replaceAll("(; nothing was written)?\\. .*", "")));
        progress.say("worker 1 closes its lease and is told: " + late[2]);
        return new LateWrite(
                ledger.guard(), token, newest, open.count(), guarded.count(), late[1].equals("refused"), late[2]);
    }
}
