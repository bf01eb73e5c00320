package dev.pawl.lock.examples;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockException;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.StaleTokenException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * One who sells, with a lock client of its own. It does what it is told, one line at a time:
 *
 * <pre>
 *   sell-without, milliseconds, shop   until the shop is sold out or the time is over     done
 *   sell-with, lock, shop              until the shop is sold out                         done
 *   hold, renewal, open, guarded       take the lock, look at both shops                  holding, token
 *   write                              what was left to do, however late                  late, ...
 *   serve, pieces, open, guarded       take the lock, sell in both shops                  served, token
 * </pre>
 */
final class Worker {

    static final String INVENTORY = "demo/inventory";
    static final String WARM_UP = "demo/warm-up";
    static final String COUPON = "demo/coupon";

    /**
     * A short lease, so that a run that is killed holds up another one no longer than this; and a waiter that looks often: where
     * the service tells nobody of a release, it has to meet one of the short moments in which the lock is free.
     */
    static final LockOptions SALE = LockOptions.builder()
            .leaseTime(Duration.ofSeconds(5))
            .retryCeiling(Duration.ofMillis(20))
            .build();

    static final Duration SHORT_LEASE = Duration.ofSeconds(1);

    /** What a sale takes between reading the books and writing them: a payment, in small. */
    private static final long THINK_NANOS = 100_000;

    private final String seller;
    private final Conversation talk;

    Worker(String seller, Conversation talk) {
        this.seller = seller;
        this.talk = talk;
    }

    /** Works until there is nothing more to do, or something fails, which it says. */
    void run(String url) throws InterruptedException {
        try (LockClient locks = LockClient.connect(url)) {
            talk.say("ready");
            for (String[] order = talk.next(); order != null; order = talk.next()) {
                obey(url, locks, order);
            }
        } catch (LockException | IOException | IllegalArgumentException e) {
            talk.say("failed", Problems.oneLine(e));
        }
    }

    private void obey(String url, LockClient locks, String[] order) throws IOException, InterruptedException {
        switch (order[0]) {
            case "sell-without" -> sellWithout(Long.parseLong(order[1]), Path.of(order[2]));
            case "sell-with" -> sellWith(locks.lock(order[1], SALE), Path.of(order[2]));
            case "hold" -> hold(url, locks, Boolean.parseBoolean(order[1]), Path.of(order[2]), Path.of(order[3]));
            case "serve" -> serve(url, locks, Integer.parseInt(order[1]), Path.of(order[2]), Path.of(order[3]));
            default -> throw new IllegalArgumentException("unknown order '" + order[0] + "'");
        }
    }

    // --- selling -----------------------------------------------------------------------------------------------

    private void sellWithout(long millis, Path directory) throws IOException {
        long end = System.nanoTime() + millis * 1_000_000;
        try (Shop shop = Shop.open(directory)) {
            Shop.Books seen = shop.books();
            while (seen.left() > 0 && System.nanoTime() < end) {
                think();
                record(shop, seen, 0);
                seen = shop.books();
            }
        }
        talk.say("done");
    }

    private void sellWith(DistributedLock lock, Path directory) throws IOException, InterruptedException {
        try (Shop shop = Shop.open(directory)) {
            boolean more = true;
            while (more) {
                try (Lease lease = lock.acquire()) {
                    Shop.Books seen = shop.books();
                    more = seen.left() > 0;
                    if (more) {
                        think();
                        lease.ensureValid();
                        record(shop, seen, lease.token().value());
                    }
                }
            }
        }
        talk.say("done");
    }

    private static void think() {
        LockSupport.parkNanos(THINK_NANOS);
    }

    private void record(Shop shop, Shop.Books seen, long token) throws IOException {
        shop.write(seen.afterSale(token));
        shop.receipt(seen.sold() + 1, token, seller);
    }

    // --- stopped beyond the lease ------------------------------------------------------------------------------

    private void hold(String url, LockClient locks, boolean renewal, Path openDirectory, Path guardedDirectory)
            throws IOException, InterruptedException {
        LockOptions options =
                LockOptions.builder().leaseTime(SHORT_LEASE).renewal(renewal).build();
        try (Ledger ledger = Ledger.at(url);
                Stand open = new Stand(ledger, openDirectory);
                Stand guarded = new Stand(ledger, guardedDirectory)) {
            Lease lease = locks.lock(COUPON, options).acquire();
            FencingToken token = lease.token();
            Shop.Books inOpen = open.books();
            Shop.Books inGuarded = guarded.books();
            lease.ensureValid();
            talk.say("holding", Long.toString(token.value()));

            // The worker stands still here, and cannot know for how long. It has asked whether its lease is valid; it
            // was.
            if (talk.next() == null) {
                return;
            }
            open.sell(inOpen, token, seller);
            String refusal = "";
            try {
                guarded.sellGuarded(inGuarded, token, seller);
            } catch (StaleTokenException e) {
                refusal = Problems.oneLine(e);
            }
            talk.say("late", refusal.isEmpty() ? "accepted" : "refused", ending(lease), refusal);
        }
    }

    private static String ending(Lease lease) {
        try {
            lease.close();
            return "released in time";
        } catch (LeaseLostException e) {
            return "lease lost (" + e.reason() + ")";
        }
    }

    private void serve(String url, LockClient locks, int pieces, Path openDirectory, Path guardedDirectory)
            throws IOException, InterruptedException {
        LockOptions options = LockOptions.builder().leaseTime(SHORT_LEASE).build();
        try (Ledger ledger = Ledger.at(url);
                Stand open = new Stand(ledger, openDirectory);
                Stand guarded = new Stand(ledger, guardedDirectory)) {
            FencingToken token;
            try (Lease lease = locks.lock(COUPON, options).acquire(Duration.ofSeconds(30))) {
                token = lease.token();
                for (int i = 0; i < pieces; i++) {
                    open.sell(open.books(), token, seller);
                    guarded.sellGuarded(guarded.books(), token, seller);
                }
            }
            talk.say("served", Long.toString(token.value()));
        }
    }
}
