package dev.pawl.lock.redis;

import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.redis.internal.Calls;
import dev.pawl.lock.redis.internal.Faults;
import dev.pawl.lock.redis.internal.Keys;
import dev.pawl.lock.redis.internal.Link;
import dev.pawl.lock.redis.internal.RedisOptions;
import dev.pawl.lock.redis.internal.Script;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Interrupts;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.spi.TokenBlock;
import io.lettuce.core.RedisException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The conversation with one Redis master, or one cluster of them, in the terms of the scripts. Safe for use by several threads. */
final class RedisNode {

    private static final Script ACQUIRE = script("acquire");
    private static final Script RELEASE = script("release");
    private static final Script RENEW = script("renew");
    private static final Script EXTEND = script("extend");

    private static final int ID_BYTES = 8;
    private static final String YES = "1";
    private static final String NO = "0";

    private final Link link;
    private final RedisOptions options;
    private final Faults faults;
    private final Calls calls;

    /** By owner; only contests that wait, so that a message wakes just one. */
    private final Map<String, Contest> waiting = new ConcurrentHashMap<>();

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
        long startNanos = System.nanoTime();
        Link link;
        try {
            link = connector.get();
        } catch (RedisException e) {
            throw Faults.whileConnecting(Duration.ofNanos(System.nanoTime() - startNanos), server, e);
        }
        RedisNode node = new RedisNode(link, options);
        try {
            link.subscribe(node.channelPrefix + node.id, node::wake, node::wakeAll, options.ioTimeout());
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            throw node.closeAfter(e, startNanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw node.closeAfter(e, startNanos);
        }
        node.calls.start();
        return node;
    }

    private LockBackendException closeAfter(Exception failure, long startNanos) {
        link.close();
        return Faults.whileConnecting(Duration.ofNanos(System.nanoTime() - startNanos), link.nodeOf(null), failure);
    }

    String id() {
        return id;
    }

    CompletableFuture<Attempt> acquire(Entry entry, boolean willWait, int tokens, Function<long[], Attempt> answer) {
        if (willWait) {
            // Before the attempt is sent: the wake-up may come before its answer.
            waiting.put(entry.owner(), entry.contest());
        }
        Keys keys = entry.keys();
        return calls.run(
                ACQUIRE,
                entry.name(),
                new String[] {keys.lock(), keys.token(), keys.queue()},
                new String[] {
                    entry.owner(),
                    entry.leaseMillis(),
                    Integer.toString(tokens),
                    tokenLifeMillis,
                    willWait ? entry.queueLifeMillis() : "",
                    here
                },
                answer);
    }

    /** Gives the lock up if it, or a reservation of it, is this contest's; leaves the queue too if asked. */
    CompletableFuture<ReleaseOutcome> release(Entry entry, boolean leaveQueue) {
        Keys keys = entry.keys();
        return calls.run(
                RELEASE,
                entry.name(),
                new String[] {keys.lock(), keys.queue()},
                new String[] {entry.owner(), here, leaveQueue ? YES : NO},
                reply -> reply[0] == 1 ? ReleaseOutcome.RELEASED : ReleaseOutcome.NOT_HELD);
    }

    List<CompletableFuture<RenewalOutcome>> renew(List<Entry> entries) {
        return calls.runAll(
                RENEW,
                entries,
                Entry::name,
                entry -> new String[] {entry.keys().lock()},
                entry -> new String[] {entry.owner(), entry.leaseMillis()},
                RedisNode::renewal);
    }

    CompletableFuture<Optional<TokenBlock>> extend(Entry entry, int tokens) {
        Keys keys = entry.keys();
        return calls.run(
                EXTEND,
                entry.name(),
                new String[] {keys.lock(), keys.token(), keys.queue()},
                new String[] {entry.owner(), Integer.toString(tokens), tokenLifeMillis},
                reply -> reply[0] == 0 ? Optional.empty() : Optional.of(new TokenBlock(reply[0], (int) reply[1])));
    }

    private static RenewalOutcome renewal(long[] reply) {
        if (reply[0] == 1) {
            return RenewalOutcome.RENEWED;
        }
        return reply[0] == 0 ? RenewalOutcome.NOT_HELD : RenewalOutcome.TAKEN;
    }

    boolean wantsReplicas() {
        return options.replicas() > 0;
    }

    /**
     * Waits until enough replicas have the grant that this connection wrote, or undoes it. Blocks the connection at the
     * server meanwhile, so not for long.
     */
    CompletableFuture<Void> confirm(Entry entry, long startNanos) {
        Duration patience =
                shorter(options.ioTimeout(), entry.contest().leaseTime()).dividedBy(2);
        return calls.waitForReplicas(entry.name(), entry.keys().lock(), startNanos, options.replicas(), patience)
                .thenCompose(confirmed -> {
                    if (confirmed >= options.replicas()) {
                        return CompletableFuture.completedFuture(null);
                    }
                    // Not awaited: whoever asked may be late already, and undoes it again.
                    var unused = release(entry, true);
                    return CompletableFuture.failedFuture(faults.tooFewReplicas(
                            entry.name(), entry.keys().lock(), startNanos, confirmed, options.replicas()));
                });
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
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

    void close() {
        link.close();
        calls.close();
        waiting.clear();
    }
}
