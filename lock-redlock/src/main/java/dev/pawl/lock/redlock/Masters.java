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

    /** How much longer than a majority the rest is waited for, so that on a good day all are there: as long again, but. */
    private static final Duration LEAST_GRACE = Duration.ofMillis(100);

    private static final Duration MOST_GRACE = Duration.ofMillis(250);

    private final RedisOptions options;
    private final List<Connecting> all = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final BlockingQueue<Connecting> tried = new LinkedBlockingQueue<>();

    /**
     * Begins nothing yet.
     *
     * @param connectors one for each master
     * @param names of the masters, as far as they are known
     * @param clock told what time of day it is at each
     */
    Masters(
            List<Supplier<Link>> connectors,
            List<String> names,
            RedisOptions options,
            Hints hints,
            QuorumClock clock,
            Timer timer) {
        this.options = options;
        byte[] random = new byte[ID_BYTES];
        new SecureRandom().nextBytes(random);
        String clientId = HexFormat.of().formatHex(random);
        Set<String> addresses = ConcurrentHashMap.newKeySet();
        for (int i = 0; i < connectors.size(); i++) {
            int node = i;
            Master.TimeOfDay timeOfDay = (micros, sentNanos) -> clock.heard(node, micros, sentNanos);
            Master master = new Master(names.get(i), options, clientId, timeOfDay, timer);
            nodes.add(master);
            all.add(new Connecting(
                    master, connectors.get(i), options, clientId, hints, addresses, timeOfDay, tried::add));
        }
    }

    List<Node> nodes() {
        return nodes;
    }

    /** Connects to a majority within the I/O time limit, or closes everything. */
    void connect() {
        long startNanos = System.nanoTime();
        all.forEach(Connecting::start);
        try {
            awaitMajority(startNanos);
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

    private void awaitMajority(long startNanos) throws InterruptedException {
        int majority = Quorum.majorityOf(all.size());
        int connected = 0;
        int failed = 0;
        long end = startNanos + options.ioTimeout().toNanos();
        while (connected + failed < all.size() && failed <= all.size() - majority) {
            // lettuce may take much longer, by the time-outs of a client that was handed in.
            Connecting next = tried.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (next == null) {
                return;
            }
            if (next.master().isConnected()) {
                connected++;
                if (connected == majority) {
                    long now = System.nanoTime();
                    end = Math.min(end - now, graceAfter(now - startNanos)) + now;
                }
            } else {
                failed++;
            }
        }
    }

    private static long graceAfter(long tookNanos) {
        return Math.max(LEAST_GRACE.toNanos(), Math.min(MOST_GRACE.toNanos(), tookNanos));
    }

    private LockBackendException tooFew(List<Master> missing, int majority, long tookNanos) {
        String silence = "no answer in " + Duration.ofNanos(tookNanos).toMillis() + " ms";
        String outcomes = missing.stream()
                .map(master -> master.name() + " " + outcome(master, silence))
                .collect(Collectors.joining("; "));
        return new LockBackendException(
                "",
                Duration.ofNanos(tookNanos),
                null,
                "fewer than " + majority + " of " + all.size() + " Redis masters can be connected: " + outcomes,
                missing.get(0).notConnected());
    }

    private static @Nullable String outcome(Master master, String silence) {
        NodeFault why = master.whyNotConnected();
        return why == null ? silence : why.getMessage();
    }

    @Override
    public void close() {
        all.forEach(Connecting::close);
    }
}
