package dev.pawl.lock.redlock;

import dev.pawl.lock.Capability;
import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Guarantees;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.redis.internal.Keys;
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
import dev.pawl.lock.spi.Ticker;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Locks on a majority of several Redis masters that know nothing of one another (Redlock), with fencing tokens that a majority
 * has recorded. Needs Redis 6.2 or newer, and an odd number of masters, three or more.
 *
 * <p>Opens two connections to each master, one for commands and one for wake-ups, whatever the number of locks. Safe for use by
 * several threads and several clients.
 *
 * @see <a href="https://redis.io/docs/latest/develop/clients/patterns/distributed-locks/">The published algorithm</a>
 */
public final class RedlockBackend implements LockBackend {

    private static final int FEWEST = 3;

    /** For what is on its way to the slower masters; one that is hung must not hold a client up for long. */
    private static final Duration LAST_RELEASES = Duration.ofMillis(500);

    private static final Guarantees GUARANTEES = Guarantees.builder(
                    "Redlock: one holder as long as time passes at the same rate everywhere and no master loses its data while a lease"
                            + " runs; tokens go up even then, by a majority's counters or, when those are lost, by their clocks.")
            .crashRelease(Guarantees.CrashRelease.LEASE)
            .order(Guarantees.Order.NONE)
            .wakeUp(Guarantees.WakeUp.PUSH)
            .tokenDurability(Guarantees.TokenDurability.CLOCK_FLOORED)
            .supports(
                    Capability.HOLD_AT_LEAST,
                    Capability.RENEW,
                    Capability.INSPECT,
                    Capability.LIST,
                    Capability.REVOKE,
                    Capability.FORCE_RELEASE)
            .build();

    private final RedisOptions options;
    private final Quorum quorum;
    private final Masters masters;
    private final Holders holders;
    private final ScheduledThreadPoolExecutor timer;
    private final Runnable closeClients;
    private final AtomicBoolean closed = new AtomicBoolean();

    RedlockBackend(
            List<Supplier<Link>> connectors,
            List<String> names,
            RedisOptions options,
            StartUp start,
            Runnable closeClients) {
        this.options = options;
        this.closeClients = closeClients;
        timer = newTimer();
        WakeUps wakeUps = new WakeUps();
        QuorumClock clock = new QuorumClock(connectors.size(), Ticker.SYSTEM);
        masters = new Masters(connectors, names, options, wakeUps, clock, this::after);
        quorum = new Quorum(
                masters.nodes(),
                Quorum.majorityOf(connectors.size()),
                Ticker.SYSTEM,
                clock,
                this::after,
                bound -> ThreadLocalRandom.current().nextLong(bound),
                wakeUps);
        holders = new Holders(masters.nodes(), options, quorum);
        try {
            Interrupts.heldBack(() -> masters.connect(start));
        } catch (RuntimeException | LinkageError e) {
            timer.shutdownNow();
            throw e;
        }
    }

    private static ScheduledThreadPoolExecutor newTimer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, action -> {
            Thread thread = new Thread(action, "pawl-redlock-timer");
            thread.setDaemon(true);
            return thread;
        });
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return timer;
    }

    private void after(long nanos, Runnable action) {
        try {
            timer.schedule(action, nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // Closed: what is left at a node ends with its lease.
        }
    }

    /**
     * A backend with default options. Connects to a majority before it returns; the others may follow.
     *
     * @param clients one for each master, an odd number, three or more, no two of one server; they stay open when the backend is
     *     closed
     * @return the backend
     * @throws IllegalArgumentException if there are too few, an even number, or one is there twice
     * @throws dev.pawl.lock.LockBackendException if too few masters are reachable or let us in
     */
    public static RedlockBackend create(List<RedisClient> clients) {
        return builder(clients).build();
    }

    /**
     * A builder for a backend on these masters.
     *
     * @param clients as for {@link #create}
     * @return a builder with the default options
     * @throws IllegalArgumentException if there are too few, an even number, or one is there twice
     */
    public static Builder builder(List<RedisClient> clients) {
        return new Builder(List.copyOf(clients));
    }

    /** Refuses what cannot have a majority that means anything. */
    static void checkNodes(String parameter, List<?> nodes) {
        if (nodes.size() < FEWEST || nodes.size() % 2 == 0) {
            throw new IllegalArgumentException(
                    parameter + ": an odd number of masters is needed, three or more, but got "
                            + nodes.size()
                            + (nodes.size() < FEWEST ? "" : "; one more adds a server that can fail, and no majority"));
        }
        Set<Object> seen = new HashSet<>();
        for (Object node : nodes) {
            if (!seen.add(node)) {
                throw new IllegalArgumentException(parameter + ": a master is there twice"
                        + (node instanceof String ? ", " + node : "") + "; its vote would count twice");
            }
        }
    }

    @Override
    public Guarantees guarantees() {
        return GUARANTEES;
    }

    @Override
    public Contender join(Contest contest) {
        return new RedlockContender(quorum, contest, Keys.of(options.namespace(), contest.name()));
    }

    @Override
    public CompletionStage<Map<Grant, RenewalOutcome>> renew(Collection<Grant> due, Executor blocking) {
        List<RedlockGrant> grants = new ArrayList<>(due.size());
        due.forEach(grant -> grants.add(ours(grant)));
        return quorum.renew(grants);
    }

    @Override
    public CompletionStage<ReleaseOutcome> release(Grant grant, Executor blocking) {
        return ours(grant).acquire().end();
    }

    @Override
    public CompletionStage<RenewalOutcome> renew(Grant grant, Duration time, Executor blocking) {
        return quorum.renew(ours(grant), time);
    }

    @Override
    public CompletionStage<ReleaseOutcome> releaseLater(Grant grant, Duration rest, Executor blocking) {
        return ours(grant).acquire().endLater(rest);
    }

    @Override
    public CompletionStage<Optional<LockInfo>> inspect(String name, Executor blocking) {
        return holders.inspect(name);
    }

    @Override
    public CompletionStage<List<LockInfo>> list(String prefix, int limit, Executor blocking) {
        return holders.list(prefix, limit);
    }

    @Override
    public CompletionStage<Optional<LockInfo>> takeAway(FencingToken seen, boolean atOnce, Executor blocking) {
        return holders.takeAway(seen, atOnce);
    }

    @Override
    public CompletionStage<?> ping(Executor blocking) {
        return quorum.ping();
    }

    private static RedlockGrant ours(Grant grant) {
        if (grant instanceof RedlockGrant ours) {
            return ours;
        }
        throw new IllegalArgumentException("grant " + grant + ": not from a Redlock backend");
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            Interrupts.heldBack(() -> {
                quorum.awaitDepartures(LAST_RELEASES);
                timer.shutdownNow();
                masters.close();
                quorum.wakeUps().clear();
                closeClients.run();
            });
        }
    }

    /** Options of a {@link RedlockBackend}. Not safe for use by several threads. */
    public static final class Builder {

        private final List<RedisClient> clients;
        private RedisOptions options = RedisOptions.DEFAULTS;
        private Duration connectTimeout = StartUp.USUAL_LIMIT;

        private Builder(List<RedisClient> clients) {
            checkNodes("clients", clients);
            this.clients = clients;
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
         * Sets how long a master keeps the last token of a name after its last grant; seven days by default. Tokens go up beyond
         * that too, as long as the clocks of the masters are not set back by more.
         *
         * @param tokenRetention at least a minute
         * @return this
         */
        public Builder tokenRetention(Duration tokenRetention) {
            options = options.withTokenRetention(tokenRetention);
            return this;
        }

        /**
         * Sets the longest that one request may take; three seconds by default. A master that is away costs that only while fewer
         * than a majority answer.
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
         * until this is over; one that was refused is not. The last may add what the clients' own options allow.
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
         * @throws IllegalArgumentException if two clients lead to one server
         * @throws dev.pawl.lock.LockBackendException if too few masters are reachable or let us in
         * @throws dev.pawl.lock.LockConfigException if the clients are of a lettuce that Pawl cannot use
         */
        public RedlockBackend build() {
            List<Supplier<Link>> connectors = new ArrayList<>();
            clients.forEach(client -> connectors.add(() -> Link.open(client)));
            List<String> names = IntStream.rangeClosed(1, clients.size())
                    .mapToObj(number -> "master " + number)
                    .toList();
            StartUp start = StartUp.withClient(RedlockBackend.class, connectTimeout);
            return start.connect(() -> new RedlockBackend(connectors, names, options, start, () -> {}));
        }
    }
}
