package dev.pawl.lock.redis.internal;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanCursor;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * A look through the keys of all masters by {@code SCAN}, one small step after the other, so that no server is kept from its other clients.
 * Ends when enough was found, and fails when its time is over.
 */
public final class Scan {

    private final Link link;
    private final String pattern;
    private final Function<List<String>, CompletableFuture<Boolean>> onKeys;
    private final Iterator<Link.Master> masters;
    private final AtomicInteger steps = new AtomicInteger();
    private volatile boolean over;

    private Scan(Link link, String pattern, Function<List<String>, CompletableFuture<Boolean>> onKeys) {
        this.link = link;
        this.pattern = pattern;
        this.onKeys = onKeys;
        masters = link.masters().iterator();
    }

    /**
     * Looks through all keys.
     *
     * @param pattern of the keys
     * @param timeoutMillis the longest that all steps may take
     * @param onKeys given some keys, each perhaps more than once, says whether that is enough
     */
    public static CompletableFuture<Void> of(
            Link link, String pattern, long timeoutMillis, Function<List<String>, CompletableFuture<Boolean>> onKeys) {
        Scan scan = new Scan(link, pattern, onKeys);
        return scan.nextMaster()
                .orTimeout(timeoutMillis, TimeUnit.MILLISECONDS)
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(scan.fault(timeoutMillis, failure)))
                .whenComplete((done, failure) -> scan.over = true);
    }

    private Throwable fault(long timeoutMillis, Throwable failure) {
        if (failure instanceof TimeoutException && steps.get() > 1) {
            return Faults.of(
                    link.nodeOf(null),
                    new IllegalStateException(
                            "there are too many keys to look through within " + timeoutMillis + " ms (" + steps
                                    + " steps of SCAN were answered); ask for one name with inspect",
                            failure));
        }
        return Faults.of(link.nodeOf(null), failure);
    }

    private CompletableFuture<Void> nextMaster() {
        return masters.hasNext() ? step(masters.next(), ScanCursor.INITIAL) : CompletableFuture.completedFuture(null);
    }

    private CompletableFuture<Void> step(Link.Master master, ScanCursor from) {
        return Link.scan(master, pattern, from).thenCompose(found -> {
            steps.incrementAndGet();
            return onKeys.apply(found.getKeys()).thenCompose(enough -> next(master, found, enough));
        });
    }

    private CompletableFuture<Void> next(Link.Master master, KeyScanCursor<String> found, boolean enough) {
        if (enough || over) {
            return CompletableFuture.completedFuture(null);
        }
        return found.isFinished() ? nextMaster() : step(master, found);
    }
}
