package dev.pawl.lock.redlock;

import dev.pawl.lock.redis.internal.Link;
import dev.pawl.lock.redis.internal.RedisOptions;
import dev.pawl.lock.spi.BackendFault;
import dev.pawl.lock.spi.StartUp;
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

    private static final Duration LOOK = Duration.ofMillis(100);

    private final RedisOptions options;
    private final List<MasterConnector> all = new ArrayList<>();
    private final List<Master> nodes = new ArrayList<>();
    private final BlockingQueue<MasterConnector> tried = new LinkedBlockingQueue<>();

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
            WakeUps wakeUps,
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
            all.add(new MasterConnector(
                    master, connectors.get(i), options, clientId, wakeUps, addresses, timeOfDay, tried::add));
        }
    }

    List<Master> nodes() {
        return nodes;
    }

    /** Connects to a majority while there is time, for the I/O time limit at least, or closes everything. */
    void connect(StartUp start) {
        long startNanos = System.nanoTime();
        all.forEach(MasterConnector::start);
        try {
            awaitMajority(startNanos, start);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        refuseWhatNoTimeMends();
        List<Master> missing = all.stream()
                .map(MasterConnector::master)
                .filter(master -> !master.isConnected())
                .toList();
        int majority = Quorum.majorityOf(all.size());
        if (all.size() - missing.size() < majority) {
            BackendFault failure = tooFew(missing, majority, System.nanoTime() - startNanos, start.hasBegun());
            close();
            throw failure;
        }
    }

    private void refuseWhatNoTimeMends() {
        for (MasterConnector one : all) {
            Throwable hopeless = one.hopeless();
            if (hopeless instanceof LinkageError misfit) {
                close();
                throw misfit;
            }
            if (hopeless instanceof IllegalArgumentException sameServer) {
                close();
                throw sameServer;
            }
        }
    }

    private void awaitMajority(long startNanos, StartUp start) throws InterruptedException {
        int majority = Quorum.majorityOf(all.size());
        int connected = 0;
        int failed = 0;
        long graceEnd = Long.MAX_VALUE;
        while (connected + failed < all.size() && failed <= all.size() - majority) {
            // lettuce may take much longer, by the time-outs of a client that was handed in.
            long ownLimit = startNanos + options.ioTimeout().toNanos() - System.nanoTime();
            long left = Math.max(ownLimit, start.nanosLeft(options.ioTimeout()));
            long wait = connected < majority ? left : Math.min(left, graceEnd - System.nanoTime());
            if (wait <= 0) {
                return;
            }
            // In slices: the end moves when the first byte could be sent.
            MasterConnector next = tried.poll(Math.min(wait, LOOK.toNanos()), TimeUnit.NANOSECONDS);
            if (next != null && !next.master().isConnected()) {
                failed++;
            } else if (next != null) {
                connected++;
                if (connected == majority) {
                    long now = System.nanoTime();
                    graceEnd = now + graceAfter(now - startNanos);
                }
            }
        }
    }

    private static long graceAfter(long tookNanos) {
        return Math.max(LEAST_GRACE.toNanos(), Math.min(MOST_GRACE.toNanos(), tookNanos));
    }

    private BackendFault tooFew(List<Master> missing, int majority, long tookNanos, boolean wereAsked) {
        String silence = wereAsked
                ? "no answer in " + Duration.ofNanos(tookNanos).toMillis() + " ms"
                : "not asked yet, " + Duration.ofNanos(tookNanos).toMillis()
                        + " ms after the start: this JVM is still loading the client library";
        String outcomes = missing.stream()
                .map(master -> master.name() + " " + outcome(master, silence))
                .collect(Collectors.joining("; "));
        return new BackendFault(
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
        all.forEach(MasterConnector::close);
    }
}
