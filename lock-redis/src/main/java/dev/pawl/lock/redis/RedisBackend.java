package dev.pawl.lock.redis;

import dev.pawl.lock.Capability;
import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Guarantees;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.redis.internal.Link;
import dev.pawl.lock.redis.internal.RedisOptions;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.Interrupts;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.spi.StartUp;
import dev.pawl.lock.spi.TokenBlock;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.RedisClusterClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Locks on one Redis master, on a master behind Sentinel, or on a Redis Cluster. Needs Redis 6.2 or newer.
 *
 * <p>Opens two connections, one for commands and one for wake-ups, whatever the number of locks. Safe for use by several
 * threads and several clients.
 */
public final class RedisBackend implements LockBackend {

    private static final Guarantees GUARANTEES = Guarantees.builder(
                    "Redis: one holder as long as no failover loses the lock, which asynchronous replication can; tokens still go"
                            + " up then, unless the new master's clock is behind.")
            .crashRelease(Guarantees.CrashRelease.LEASE)
            .order(Guarantees.Order.FIFO)
            .wakeUp(Guarantees.WakeUp.PUSH)
            .tokenDurability(Guarantees.TokenDurability.CLOCK_FLOORED)
            .supports(
                    Capability.INSPECT,
                    Capability.LIST,
                    Capability.REVOKE,
                    Capability.FORCE_RELEASE,
                    Capability.HOLD_AT_LEAST,
                    Capability.RENEW,
                    Capability.SEMAPHORE,
                    Capability.READ_WRITE_LOCK)
            .build();

    private final RedisOptions options;
    private final RedisNode node;
    private final Runnable closeClient;
    private final AtomicBoolean closed = new AtomicBoolean();

    RedisBackend(Supplier<Link> connector, RedisOptions options, @Nullable String server, Runnable closeClient) {
        this.options = options;
        this.closeClient = closeClient;
        node = RedisNode.connect(connector, options, server);
    }

    /**
     * A backend with default options on one server or its Sentinels. Connects before it returns.
     *
     * @param client the application's client, which stays open when the backend is closed
     * @return the backend
     * @throws dev.pawl.lock.LockBackendException if Redis is unreachable or refuses
     */
    public static RedisBackend create(RedisClient client) {
        return builder(client).build();
    }

    /**
     * A backend with default options on a cluster. Connects before it returns.
     *
     * @param client the application's client, which stays open when the backend is closed
     * @return the backend
     * @throws dev.pawl.lock.LockBackendException if Redis is unreachable or refuses
     */
    public static RedisBackend create(RedisClusterClient client) {
        return builder(client).build();
    }

    /**
     * A builder for a backend on one server or its Sentinels.
     *
     * @param client the application's client, which stays open when the backend is closed
     * @return a builder with the default options
     */
    public static Builder builder(RedisClient client) {
        Objects.requireNonNull(client, "client");
        return new Builder(() -> Link.open(client));
    }

    /**
     * A builder for a backend on a cluster.
     *
     * @param client the application's client, which stays open when the backend is closed
     * @return a builder with the default options
     */
    public static Builder builder(RedisClusterClient client) {
        Objects.requireNonNull(client, "client");
        return new Builder(() -> Link.open(client));
    }

    @Override
    public Guarantees guarantees() {
        return GUARANTEES;
    }

    /** Names this backend in queues and channels. */
    String nodeId() {
        return node.id();
    }

    @Override
    public Contender join(Contest contest) {
        return new RedisContender(node, Entry.of(contest, options.namespace(), node.turnMillis()));
    }

    @Override
    public CompletionStage<Map<Grant, RenewalOutcome>> renew(Collection<Grant> due, Executor blocking) {
        List<Grant> grants = List.copyOf(due);
        List<Entry> entries = new ArrayList<>(grants.size());
        for (Grant grant : grants) {
            entries.add(entryOf(grant));
        }
        List<CompletableFuture<RenewalOutcome>> answers = node.renew(entries);
        return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                .handle((nothing, failure) -> outcomes(grants, answers));
    }

    /** One failed call is one unknown outcome; when all fail, their reason is worth more than a map of unknowns. */
    private static Map<Grant, RenewalOutcome> outcomes(
            List<Grant> grants, List<CompletableFuture<RenewalOutcome>> answers) {
        Map<Grant, RenewalOutcome> outcomes = new HashMap<>();
        for (int i = 0; i < answers.size(); i++) {
            CompletableFuture<RenewalOutcome> answer = answers.get(i);
            if (!answer.isCompletedExceptionally()) {
                outcomes.put(grants.get(i), answer.join());
            }
        }
        if (outcomes.isEmpty() && !answers.isEmpty()) {
            answers.get(0).join();
        }
        return outcomes;
    }

    @Override
    public CompletionStage<Optional<TokenBlock>> extend(Grant grant, int tokens, Executor blocking) {
        return node.extend(entryOf(grant), tokens);
    }

    @Override
    public CompletionStage<ReleaseOutcome> release(Grant grant, Executor blocking) {
        return node.release(entryOf(grant), false);
    }

    @Override
    public CompletionStage<RenewalOutcome> renew(Grant grant, Duration time, Executor blocking) {
        return node.renew(entryOf(grant), time);
    }

    @Override
    public CompletionStage<ReleaseOutcome> releaseLater(Grant grant, Duration rest, Executor blocking) {
        return node.releaseLater(entryOf(grant), rest);
    }

    @Override
    public CompletionStage<Optional<LockInfo>> inspect(String name, Executor blocking) {
        return node.inspect(name);
    }

    @Override
    public CompletionStage<List<LockInfo>> list(String prefix, int limit, Executor blocking) {
        return node.list(prefix, limit);
    }

    @Override
    public CompletionStage<Optional<LockInfo>> takeAway(FencingToken seen, boolean atOnce, Executor blocking) {
        return node.takeAway(seen, atOnce);
    }

    @Override
    public CompletionStage<?> ping(Executor blocking) {
        return node.ping(options.namespace());
    }

    private static Entry entryOf(Grant grant) {
        if (grant instanceof RedisGrant ours) {
            return ours.entry();
        }
        throw new IllegalArgumentException("grant " + grant + ": not from a Redis backend");
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            Interrupts.heldBack(() -> {
                node.close();
                closeClient.run();
            });
        }
    }

    /** Options of a {@link RedisBackend}. Not safe for use by several threads. */
    public static final class Builder {

        private final Supplier<Link> connector;
        private RedisOptions options = RedisOptions.DEFAULTS;
        private Duration connectTimeout = StartUp.USUAL_LIMIT;

        private Builder(Supplier<Link> connector) {
            this.connector = connector;
        }

        /**
         * Sets the prefix of every key and channel; {@code pawl} by default.
         *
         * @param namespace not blank, without braces
         * @return this
         */
        public Builder namespace(String namespace) {
            options = options.withNamespace(namespace);
            return this;
        }

        /**
         * Sets how long the last token of a name is kept after its last grant; seven days by default. Tokens go up beyond
         * that too, as long as the server's clock is not set back by more.
         *
         * @param tokenRetention at least a minute
         * @return this
         */
        public Builder tokenRetention(Duration tokenRetention) {
            options = options.withTokenRetention(tokenRetention);
            return this;
        }

        /**
         * Sets how many replicas must confirm a grant before it counts; 0 by default. Makes the loss of a lock by failover
         * rarer, not impossible, and every grant a round trip slower.
         *
         * @param replicas 0 or more
         * @return this
         */
        public Builder replicas(int replicas) {
            options = options.withReplicas(replicas);
            return this;
        }

        /**
         * Sets the longest that one request may take; three seconds by default. Connecting is bounded by the client's own
         * options, and by {@link #connectTimeout}.
         *
         * @param ioTimeout from 10 ms to an hour
         * @return this
         */
        public Builder ioTimeout(Duration ioTimeout) {
            options = options.withIoTimeout(ioTimeout);
            return this;
        }

        /**
         * Sets how long {@link #build()} may try to reach the service; ten seconds by default. An attempt that timed out is repeated
         * until this is over; one that was refused is not. The last may add what the client's own options allow.
         *
         * @param connectTimeout from zero, which means one attempt, to an hour
         * @return this
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder connectTimeout(Duration connectTimeout) {
            this.connectTimeout = StartUp.checked(connectTimeout);
            return this;
        }

        /**
         * Connects.
         *
         * @return the backend
         * @throws dev.pawl.lock.LockBackendException if Redis is unreachable or refuses
         * @throws dev.pawl.lock.LockConfigException if the client is of a lettuce that Pawl cannot use
         */
        public RedisBackend build() {
            return StartUp.withClient(RedisBackend.class, connectTimeout)
                    .connect(() -> new RedisBackend(connector, options, null, () -> {}));
        }
    }
}
