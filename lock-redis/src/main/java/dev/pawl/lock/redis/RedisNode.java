package dev.pawl.lock.redis;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.redis.internal.Answer;
import dev.pawl.lock.redis.internal.Calls;
import dev.pawl.lock.redis.internal.Faults;
import dev.pawl.lock.redis.internal.HolderReply;
import dev.pawl.lock.redis.internal.Keys;
import dev.pawl.lock.redis.internal.Link;
import dev.pawl.lock.redis.internal.RedisOptions;
import dev.pawl.lock.redis.internal.Scan;
import dev.pawl.lock.redis.internal.Script;
import dev.pawl.lock.redis.internal.Version;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.BackendFault;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Interrupts;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.spi.TokenBlock;
import io.lettuce.core.RedisException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The conversation with one Redis master, or one cluster of them, in the terms of the scripts. Safe for use by several threads. */
final class RedisNode {

    private static final Script ACQUIRE = script("acquire");
    private static final Script RELEASE = script("release");
    private static final Script RELEASE_LATER = script("release-later");
    private static final Script RENEW = script("renew");
    private static final Script EXTEND = script("extend");
    private static final Script INSPECT = script("inspect");
    private static final Script TAKE_AWAY = script("take-away");

    /** The answer of {@link #RELEASE_LATER} where a lock is to be released at once. */
    private static final long TAKEN_AWAY = 2;

    /** Before the bytes of the label. */
    private static final int NUMBERS_OF_INFO = 7;

    /** Before the packed bytes of the label. */
    private static final int NUMBERS_OF_BUSY = 6;

    private static final int BYTES_PACKED = 6;

    private static final int ID_BYTES = 8;
    private static final String YES = "1";
    private static final String NO = "0";

    private final Link link;
    private final RedisOptions options;
    private final Faults faults;
    private final Calls calls;
    private final SemaphoreCalls semaphores;

    /** By owner; only contests that wait, so that a message wakes just one. */
    private final Map<String, Contest> waiting = new ConcurrentHashMap<>();

    /** By server: WAIT speaks of the writes to the one that is asked. */
    private final Map<String, Confirmations> confirmations = new ConcurrentHashMap<>();

    private final String id;
    private final String channelPrefix;

    private final String tokenLifeMillis;

    /** What the scripts must know of this backend, in one argument: they read it only where they need it. */
    private final String here;

    private RedisNode(Link link, RedisOptions options) {
        this.link = link;
        this.options = options;
        faults = new Faults(link::nodeOf);
        calls = new Calls(link, options.ioTimeout());
        byte[] random = new byte[ID_BYTES];
        new SecureRandom().nextBytes(random);
        id = HexFormat.of().formatHex(random);
        channelPrefix = options.namespace() + ":wake:";
        tokenLifeMillis = Long.toString(options.tokenRetention().toMillis());
        here = String.join(" ", id, channelPrefix, link.isCluster() ? YES : NO);
        semaphores = new SemaphoreCalls(calls, here, tokenLifeMillis);
    }

    private static Script script(String name) {
        return Script.of(RedisNode.class, name + ".lua");
    }

    /**
     * Connects and subscribes, or closes what it opened.
     *
     * @param server host and port for an exception, where there is a single one and it is known
     */
    static RedisNode connect(Supplier<Link> connector, RedisOptions options, @Nullable String server) {
        return Interrupts.heldBack(() -> connectUninterrupted(connector, options, server));
    }

    private static RedisNode connectUninterrupted(
            Supplier<Link> connector, RedisOptions options, @Nullable String server) {
        Link link;
        try {
            link = connector.get();
        } catch (RedisException e) {
            throw Faults.of(server, e);
        }
        RedisNode node = new RedisNode(link, options);
        try {
            Version version = link.askVersion();
            long sentNanos = System.nanoTime();
            link.subscribe(
                    node.channelPrefix + node.id, node::wake, node::wakeAll, node::isAwaited, options.ioTimeout());
            node.calls.roundTrip().began(System.nanoTime() - sentNanos);
            version.check(options.ioTimeout());
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            throw node.closeAfter(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw node.closeAfter(e);
        }
        node.calls.start();
        return node;
    }

    private BackendFault closeAfter(Exception failure) {
        link.close();
        return Faults.of(link.nodeOf(null), failure);
    }

    String id() {
        return id;
    }

    /** How long to keep a lock for a contest that begins now, when its turn has come. */
    long turnMillis() {
        return calls.roundTrip().turnMillis();
    }

    CompletableFuture<Attempt> acquire(Entry entry, boolean willWait, int tokens, Answer<Attempt> answer) {
        if (willWait) {
            // Before the attempt is sent: the wake-up may come before its answer.
            waiting.put(entry.owner(), entry.contest());
        }
        if (entry instanceof SemaphoreEntry permits) {
            return semaphores.acquire(permits, willWait, answer);
        }
        Keys keys = entry.keys();
        return calls.run(
                ACQUIRE,
                new String[] {keys.lock(), keys.token(), keys.queue()},
                new String[] {
                    entry.owner(),
                    entry.leaseMillis(),
                    Integer.toString(tokens),
                    tokenLifeMillis,
                    willWait ? entry.queueLifeMillis() : "",
                    here,
                    entry.turnMillis()
                },
                answer);
    }

    /**
     * Gives the lock up if it, or a reservation of it, is this contest's; leaves the queue too if asked. Where the request was sent
     * again, its first sending may have done that.
     */
    CompletableFuture<ReleaseOutcome> release(Entry entry, boolean leaveQueue) {
        if (entry instanceof SemaphoreEntry permits) {
            return semaphores.release(permits, leaveQueue);
        }
        Keys keys = entry.keys();
        return calls.run(
                RELEASE,
                new String[] {keys.lock(), keys.queue()},
                new String[] {entry.owner(), here, leaveQueue ? YES : NO, entry.turnMillis()},
                (reply, sentAgain) -> reply[0] == 1 || sentAgain ? ReleaseOutcome.RELEASED : ReleaseOutcome.NOT_HELD);
    }

    /** Gives the lock up if it is this contest's, and keeps it from everybody for a time. */
    CompletableFuture<ReleaseOutcome> releaseLater(Entry entry, Duration rest) {
        CompletableFuture<Long> kept = calls.run(
                RELEASE_LATER,
                new String[] {entry.keys().lock()},
                new String[] {entry.owner(), Long.toString(rest.toMillis())},
                (reply, sentAgain) -> reply[0] == 0 && sentAgain ? Long.valueOf(1) : Long.valueOf(reply[0]));
        return kept.thenCompose(answer -> answer == TAKEN_AWAY
                ? release(entry, false)
                : CompletableFuture.completedFuture(answer == 1 ? ReleaseOutcome.RELEASED : ReleaseOutcome.NOT_HELD));
    }

    CompletableFuture<RenewalOutcome> renew(Entry entry, Duration time) {
        if (entry instanceof SemaphoreEntry permits) {
            return semaphores.renew(permits, time);
        }
        return calls.run(
                RENEW,
                new String[] {entry.keys().lock()},
                new String[] {entry.owner(), Long.toString(time.toMillis())},
                (reply, sentAgain) -> renewal(reply));
    }

    /** An answer for each, in their order: locks together, and permits together. */
    List<CompletableFuture<RenewalOutcome>> renew(List<Entry> entries) {
        List<SemaphoreEntry> permits = SemaphoreEntry.among(entries);
        if (permits.isEmpty()) {
            return renewLocks(entries);
        }
        List<Entry> locks = entries.stream()
                .filter(entry -> !(entry instanceof SemaphoreEntry))
                .toList();
        Iterator<CompletableFuture<RenewalOutcome>> ofLocks = renewLocks(locks).iterator();
        Iterator<CompletableFuture<RenewalOutcome>> ofPermits =
                semaphores.renew(permits).iterator();
        return entries.stream()
                .map(entry -> (entry instanceof SemaphoreEntry ? ofPermits : ofLocks).next())
                .toList();
    }

    private List<CompletableFuture<RenewalOutcome>> renewLocks(List<Entry> entries) {
        return calls.runAll(
                RENEW,
                entries,
                entry -> new String[] {entry.keys().lock()},
                entry -> new String[] {entry.owner(), entry.leaseMillis()},
                (reply, sentAgain) -> renewal(reply));
    }

    CompletableFuture<Optional<TokenBlock>> extend(Entry entry, int tokens) {
        Keys keys = entry.keys();
        return calls.run(
                EXTEND,
                new String[] {keys.lock(), keys.token(), keys.queue()},
                new String[] {entry.owner(), Integer.toString(tokens), tokenLifeMillis},
                (reply, sentAgain) ->
                        reply[0] == 0 ? Optional.empty() : Optional.of(new TokenBlock(reply[0], (int) reply[1])));
    }

    private static RenewalOutcome renewal(long[] reply) {
        if (reply[0] == 1) {
            return RenewalOutcome.RENEWED;
        }
        return reply[0] == 0 ? RenewalOutcome.NOT_HELD : RenewalOutcome.TAKEN;
    }

    CompletableFuture<Optional<LockInfo>> inspect(String name) {
        Keys keys = Keys.of(options.namespace(), name);
        return calls.run(
                INSPECT,
                new String[] {keys.lock(), keys.token(), keys.queue()},
                new String[0],
                (reply, sentAgain) -> info(name, reply, reply[0] == 1));
    }

    /** Who holds the locks whose keys are found, until there are enough. */
    CompletableFuture<List<LockInfo>> list(String prefix, int limit) {
        Map<String, LockInfo> held = new ConcurrentHashMap<>();
        return Scan.of(
                        link,
                        Keys.pattern(options.namespace(), prefix),
                        options.ioTimeout().toMillis(),
                        keys -> inspectAll(keys).thenApply(infos -> {
                            infos.forEach(info -> held.putIfAbsent(info.name(), info));
                            return held.size() >= limit;
                        }))
                .thenApply(done -> held.values().stream().limit(limit).toList());
    }

    private CompletableFuture<List<LockInfo>> inspectAll(List<String> keys) {
        List<String> names = keys.stream()
                .map(key -> Keys.nameOf(options.namespace(), key))
                .filter(Objects::nonNull)
                .toList();
        List<CompletableFuture<Optional<LockInfo>>> answers =
                names.stream().map(this::inspect).toList();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> answers.stream()
                        .flatMap(answer -> answer.join().stream())
                        .toList());
    }

    CompletableFuture<Optional<LockInfo>> takeAway(FencingToken seen, boolean atOnce) {
        Keys keys = Keys.of(options.namespace(), seen.lock());
        return calls.run(
                TAKE_AWAY,
                new String[] {keys.lock(), keys.token(), keys.queue()},
                new String[] {Long.toString(seen.value()), tokenLifeMillis, atOnce ? YES : NO, channelPrefix},
                (reply, sentAgain) -> takenAway(seen.lock(), reply, sentAgain));
    }

    /** The first sending may have done it, and raised the token: the second then finds another. */
    private static Optional<LockInfo> takenAway(String name, long[] reply, boolean sentAgain) {
        if (reply[0] == 0 && sentAgain) {
            throw new BackendFault(
                    null,
                    "Redis was asked twice, since a connection broke, and cannot tell whether the lock was taken away the first time;"
                            + " ask again who has it",
                    null);
        }
        return info(name, reply, false);
    }

    /** What {@link #ACQUIRE} says of a lock that another has. */
    static Attempt busy(String name, long[] reply) {
        Duration left = Duration.ofMillis(-reply[0]);
        if (reply[1] == 0 || reply[2] <= 0) {
            return Attempt.Busy.until(left);
        }
        byte[] label = new byte[(int) reply[5]];
        for (int i = 0; i < label.length; i++) {
            long packed = reply[NUMBERS_OF_BUSY + i / BYTES_PACKED];
            label[i] = (byte) (packed >> (8 * (BYTES_PACKED - 1 - i % BYTES_PACKED)));
        }
        Instant now = now(reply[3], reply[4]);
        LockInfo.Builder holder = LockInfo.builder(new FencingToken(name, reply[2]))
                .holder(new String(label, StandardCharsets.UTF_8))
                .until(now.plus(left))
                .revoked(reply[1] == 2);
        if (reply[1] == 1) {
            HolderReply.granted(reply[2], now).ifPresent(holder::since);
        }
        return Attempt.Busy.until(left, holder.build());
    }

    private static Instant now(long seconds, long micros) {
        return Instant.ofEpochSecond(seconds, micros * 1_000);
    }

    private static Optional<LockInfo> info(String name, long[] reply, boolean tokenIsOfGrant) {
        if (reply[0] == 0 || reply[1] == 0) {
            return Optional.empty();
        }
        Instant now = now(reply[4], reply[5]);
        LockInfo.Builder info = LockInfo.builder(new FencingToken(name, reply[1]))
                .holder(HolderReply.label(reply, NUMBERS_OF_INFO))
                .waiting((int) reply[3])
                .revoked(reply[0] == 2);
        if (tokenIsOfGrant) {
            HolderReply.granted(reply[1], now).ifPresent(info::since);
        }
        if (reply[2] > 0) {
            info.until(now.plusMillis(reply[2]));
        }
        return Optional.of(info.build());
    }

    CompletableFuture<Long> ping(String namespace) {
        return calls.ping(namespace);
    }

    boolean wantsReplicas() {
        return options.replicas() > 0;
    }

    /** Waits until enough replicas have the grant, or undoes it. */
    CompletableFuture<Void> confirm(Entry entry, long startNanos) {
        String key = entry.keys().lock();
        String server = link.nodeOf(key);
        return confirmations
                .computeIfAbsent(server == null ? "" : server, unknown -> new Confirmations(calls, options))
                .of(entry, startNanos)
                .thenCompose(confirmed -> {
                    if (confirmed >= options.replicas()) {
                        return CompletableFuture.completedFuture(null);
                    }
                    // Not awaited: whoever asked may be late already, and undoes it again.
                    var unused = release(entry, true);
                    return CompletableFuture.failedFuture(faults.tooFewReplicas(key, confirmed, options.replicas()));
                });
    }

    void stopWaiting(Entry entry) {
        waiting.remove(entry.owner());
    }

    private void wake(String owner) {
        Contest contest = waiting.get(owner);
        if (contest != null) {
            contest.wake();
        }
    }

    /** Messages may have been lost while there was no subscription. */
    private void wakeAll() {
        waiting.values().forEach(Contest::wake);
    }

    private boolean isAwaited() {
        return !waiting.isEmpty();
    }

    void close() {
        link.close();
        calls.close();
        waiting.clear();
    }
}
