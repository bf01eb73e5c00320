package dev.pawl.lock.redlock;

import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.redis.internal.Link;
import dev.pawl.lock.redis.internal.RedisOptions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The connections to all masters. A majority is waited for; the rest may come later, or never. */
final class Masters implements AutoCloseable {

    private static final int ID_BYTES = 8;

    /** How much longer than a majority the rest is waited for, so that on a good day all are there. */
    private static final Duration GRACE = Duration.ofMillis(250);

    private final List<Connecting> all = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final BlockingQueue<Connecting> tried = new LinkedBlockingQueue<>();

    /**
     * Begins nothing yet.
     *
     * @param connectors one for each master
     * @param names of the masters, as far as they are known
     */
    Masters(List<Supplier<Link>> connectors, List<String> names, RedisOptions options, Hints hints) {
        byte[] random = new byte[ID_BYTES];
        new SecureRandom().nextBytes(random);
        String clientId = HexFormat.of().formatHex(random);
        Set<String> addresses = ConcurrentHashMap.newKeySet();
        for (int i = 0; i < connectors.size(); i++) {
            Master master = new Master(names.get(i), options, clientId);
            nodes.add(master);
            all.add(new Connecting(master, connectors.get(i), options, clientId, hints, addresses, tried::add));
        }
    }

    List<Node> nodes() {
        return nodes;
    }

    /** Connects to a majority, or closes everything. */
    void connect() {
        long startNanos = System.nanoTime();
        all.forEach(Connecting::start);
        try {
            awaitMajority();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        IllegalArgumentException sameServer = sameServer();
        if (sameServer != null) {
            close();
            throw sameServer;
        }
        List<Master> missing = all.stream()
                .map(Connecting::master)
                .filter(master -> !master.isConnected())
                .toList();
        int majority = Quorum.majorityOf(all.size());
        if (all.size() - missing.size() < majority) {
            LockBackendException failure = tooFew(missing, majority, System.nanoTime() - startNanos);
            close();
            throw failure;
        }
    }

    private @Nullable IllegalArgumentException sameServer() {
        for (Connecting one : all) {
            IllegalArgumentException same = one.sameServer();
            if (same != null) {
                return same;
            }
        }
        return null;
    }

    private void awaitMajority() throws InterruptedException {
        int majority = Quorum.majorityOf(all.size());
        int connected = 0;
        int failed = 0;
        while (connected + failed < all.size() && failed <= all.size() - majority) {
            Connecting next = connected < majority ? tried.take() : tried.poll(GRACE.toNanos(), TimeUnit.NANOSECONDS);
            if (next == null) {
                return;
            }
            if (next.master().isConnected()) {
                connected++;
            } else {
                failed++;
            }
        }
    }

    private LockBackendException tooFew(List<Master> missing, int majority, long tookNanos) {
        String outcomes = missing.stream()
                .map(master -> master.name() + " " + master.whyNotConnected().getMessage())
                .collect(Collectors.joining("; "));
        return new LockBackendException(
                "",
                Duration.ofNanos(tookNanos),
                null,
                "fewer than " + majority + " of " + all.size() + " Redis masters can be connected: " + outcomes,
                missing.get(0).whyNotConnected());
    }

    @Override
    public void close() {
        all.forEach(Connecting::close);
    }
}
