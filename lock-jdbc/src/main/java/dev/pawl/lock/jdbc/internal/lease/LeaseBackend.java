package dev.pawl.lock.jdbc.internal.lease;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Guarantees;
import dev.pawl.lock.Guarantees.Order;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.fencing.internal.SqlErrors;
import dev.pawl.lock.jdbc.internal.dialect.Dialect;
import dev.pawl.lock.jdbc.internal.dialect.Held;
import dev.pawl.lock.jdbc.internal.dialect.Holder;
import dev.pawl.lock.jdbc.internal.dialect.Reply;
import dev.pawl.lock.jdbc.internal.dialect.ShortPath.Having;
import dev.pawl.lock.jdbc.internal.dialect.WaitQueue;
import dev.pawl.lock.jdbc.internal.exchange.Database;
import dev.pawl.lock.jdbc.internal.exchange.Opened;
import dev.pawl.lock.jdbc.internal.exchange.Purge;
import dev.pawl.lock.jdbc.internal.permits.Permits;
import dev.pawl.lock.jdbc.internal.waiting.Poller;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.spi.TokenBlock;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** A lock is held by what stands in its row: an owner and an expiry by the database's clock. No connection is kept for it. */
public final class LeaseBackend implements LockBackend {

    private final String namespace;
    private final Database database;
    private final Optional<WaitQueue> queue;

    /** Null where there is no short path. */
    private final @Nullable Together together;

    /** What the holder of the last contest calls itself: as a rule all of a client say the same. */
    private volatile Label label = new Label("", "");

    /**
     * What a client calls itself.
     *
     * @param stored as the database can store it
     */
    private record Label(String holder, String stored) {}

    private final Poller poller;
    private final Permits permits;
    private final String node;
    private final Guarantees guarantees;
    private final RecentReleases recentReleases;
    private final Purge purge;
    private final Opened opened;

    public LeaseBackend(
            String namespace,
            Database database,
            Poller poller,
            Permits permits,
            String node,
            Purge purge,
            RecentReleases recentReleases,
            Guarantees guarantees,
            Opened opened) {
        this.namespace = namespace;
        this.database = database;
        this.queue = database.dialect().queue();
        this.together = database.dialect()
                .shortPath()
                .map(shortPath -> new Together(database, shortPath))
                .orElse(null);
        this.poller = poller;
        this.permits = permits;
        this.node = node;
        this.purge = purge;
        this.recentReleases = recentReleases;
        this.guarantees = guarantees;
        this.opened = opened;
    }

    @Override
    public Guarantees guarantees() {
        return guarantees;
    }

    @Override
    public Contender join(Contest contest) {
        if (contest.mode() != Contest.Mode.EXCLUSIVE) {
            return permits.join(contest);
        }
        String key = database.dialect().key(namespace, contest.name());
        return new LeaseContender(
                database,
                poller,
                together,
                contest,
                key,
                label(contest.holder()),
                node,
                guarantees.order() == Order.FIFO);
    }

    private String label(String holder) {
        Label last = label;
        if (!last.holder().equals(holder)) {
            last = new Label(holder, database.dialect().label(holder));
            label = last;
        }
        return last.stored();
    }

    @Override
    public CompletionStage<Map<Grant, RenewalOutcome>> renew(Collection<Grant> due, Executor blocking) {
        return permits.areAmong(due) ? permits.renew(due, this::renewLocks) : renewLocks(due);
    }

    private CompletionStage<Map<Grant, RenewalOutcome>> renewLocks(Collection<Grant> due) {
        SortedMap<String, LeaseGrant> grants = new TreeMap<>();
        due.forEach(grant -> grants.put(ours(grant).key(), ours(grant)));
        return database.submitAhead(connection -> renew(connection, grants))
                .whenComplete((outcomes, failure) -> purge.nowAndThen());
    }

    private Map<Grant, RenewalOutcome> renew(Connection connection, SortedMap<String, LeaseGrant> grants)
            throws SQLException {
        List<String> owners =
                grants.values().stream().map(grant -> grant.contest().owner()).toList();
        Map<Grant, RenewalOutcome> outcomes = new HashMap<>();
        Set<String> renewed = database.dialect().renew(connection, grants.keySet(), owners);
        if (renewed.size() == grants.size()) {
            grants.values().forEach(grant -> outcomes.put(grant, RenewalOutcome.RENEWED));
            return outcomes;
        }
        Map<String, Holder> holders = database.dialect().look(connection, grants.keySet());
        grants.forEach((key, grant) ->
                outcomes.put(grant, renewed.contains(key) ? RenewalOutcome.RENEWED : outcome(grant, holders.get(key))));
        return outcomes;
    }

    /** Of one that was not renewed. Its own still: another session has locked the row, and it is tried again. */
    private static RenewalOutcome outcome(LeaseGrant grant, @Nullable Holder holder) {
        if (holder == null || holder.owner().isEmpty() || holder.isReservation() || holder.leftMicros() <= 0) {
            return RenewalOutcome.NOT_HELD;
        }
        return holder.owner().equals(grant.contest().owner()) ? RenewalOutcome.UNKNOWN : RenewalOutcome.TAKEN;
    }

    @Override
    public CompletionStage<RenewalOutcome> renew(Grant grant, Duration time, Executor blocking) {
        if (permits.are(grant)) {
            return permits.renew(grant, time);
        }
        LeaseGrant held = ours(grant);
        return database.submitAhead(connection -> {
            Dialect dialect = database.dialect();
            if (dialect.renew(connection, held.key(), held.contest().owner(), time)) {
                return RenewalOutcome.RENEWED;
            }
            return outcome(held, dialect.look(connection, List.of(held.key())).get(held.key()));
        });
    }

    @Override
    public CompletionStage<ReleaseOutcome> release(Grant grant, Executor blocking) {
        if (permits.are(grant)) {
            // The row of its name may be an old one, too.
            return permits.release(grant, blocking).whenComplete((outcome, failure) -> purge.nowAndThen());
        }
        LeaseGrant held = ours(grant);
        Together others = together;
        return others == null || !held.isAgain()
                ? end(grant, blocking, this::released)
                : database.submit(
                        blocking,
                        (end, connected) -> released(others, held, connected, end)
                                ? Optional.of(ReleaseOutcome.RELEASED)
                                : Optional.empty(),
                        connection -> outcome(connection, held, this::released));
    }

    private boolean released(Together others, LeaseGrant held, Runnable connected, long end) throws SQLException {
        boolean before = held.isPerhapsReleased();
        Runnable begins = () -> {
            held.perhapsReleased(true);
            connected.run();
        };
        boolean had;
        try {
            had = others.release(new Having(held.key(), held.contest().owner()), begins, end);
        } catch (SQLException e) {
            if (!SqlErrors.isUnknownOutcome(e)) {
                held.perhapsReleased(before);
            }
            throw e;
        }
        held.perhapsReleased(before);
        if (had) {
            noteRelease(held);
            purge.nowAndThen();
        }
        return had;
    }

    /** One that was taken away meanwhile is not its owner's to keep, and is released. */
    @Override
    public CompletionStage<ReleaseOutcome> releaseLater(Grant grant, Duration rest, Executor blocking) {
        return end(
                grant,
                blocking,
                (connection, held) -> database.dialect()
                                .releaseLater(
                                        connection, held.key(), held.contest().owner(), rest)
                        || released(connection, held));
    }

    private boolean released(Connection connection, LeaseGrant held) throws SQLException {
        String owner = held.contest().owner();
        boolean had = database.dialect().release(connection, held.key(), owner);
        if (had) {
            noteRelease(held);
        }
        return had;
    }

    private void noteRelease(LeaseGrant held) {
        if (database.dialect().forgetsReleases()) {
            recentReleases.add(held.key(), held.contest().owner());
        }
        if (together != null) {
            together.uses().ended(held.key(), held.use());
        }
    }

    /** How a hold is ended; whether its owner had it. */
    private interface End {
        boolean by(Connection connection, LeaseGrant held) throws SQLException;
    }

    private CompletionStage<ReleaseOutcome> end(Grant grant, Executor blocking, End how) {
        LeaseGrant held = ours(grant);
        return database.submit(blocking, connection -> outcome(connection, held, how));
    }

    private ReleaseOutcome outcome(Connection connection, LeaseGrant held, End how) throws SQLException {
        boolean had = end(connection, held, how);
        purge.nowAndThen();
        boolean released = had || held.isPerhapsReleased() || database.dialect().mayHaveSentTwice(connection);
        return released ? ReleaseOutcome.RELEASED : ReleaseOutcome.NOT_HELD;
    }

    /** One that was not answered may have been carried out, or may be soon: what a later one does not find is no loss then. */
    private boolean end(Connection connection, LeaseGrant held, End how) throws SQLException {
        boolean before = held.isPerhapsReleased();
        boolean had = false;
        boolean known = false;
        held.perhapsReleased(true);
        try {
            had = how.by(connection, held);
            known = true;
        } catch (SQLException e) {
            known = !SqlErrors.isUnknownOutcome(e);
            throw e;
        } finally {
            if (known) {
                held.perhapsReleased(before);
            }
        }
        return had;
    }

    @Override
    public CompletionStage<Optional<TokenBlock>> extend(Grant grant, int tokens, Executor blocking) {
        LeaseGrant held = ours(grant);
        if (queue.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return database.submit(blocking, connection -> {
            Reply reply =
                    queue.get().extend(connection, held.key(), held.contest().owner());
            return Optional.ofNullable(reply).map(more -> {
                int count = LeaseGrant.tokens(more, tokens);
                return new TokenBlock(more.token() - count + 1, count);
            });
        });
    }

    @Override
    public boolean canAttemptAll() {
        return database.dialect().canAcquireAll();
    }

    /** Sorted by key, which is the order in which rows are locked. */
    @Override
    public CompletionStage<List<Grant>> attemptAll(List<Contender> contenders, Executor blocking) {
        List<LeaseContender> sorted = contenders.stream()
                .map(contender -> (LeaseContender) contender)
                .sorted(Comparator.comparing(LeaseContender::key))
                .toList();
        return LeaseContender.attemptAll(database, sorted, blocking);
    }

    @Override
    public CompletionStage<Optional<LockInfo>> inspect(String name, Executor blocking) {
        String key = database.dialect().key(namespace, name);
        return database.submit(
                blocking,
                connection -> Optional.ofNullable(database.dialect().inspect(connection, key))
                        .map(held -> info(name, held).build()));
    }

    /** Of names that are stored as they are. */
    @Override
    public CompletionStage<List<LockInfo>> list(String prefix, int limit, Executor blocking) {
        Dialect dialect = database.dialect();
        String rows = namespace + ":";
        if (!dialect.key(namespace, prefix).equals(rows + prefix)) {
            return CompletableFuture.completedFuture(List.of());
        }
        return database.submit(
                blocking,
                connection -> dialect.list(connection, rows + prefix, limit).stream()
                        .map(held ->
                                info(held.key().substring(rows.length()), held).build())
                        .toList());
    }

    /** Two exchanges: what nobody else has changed in between is what was seen. */
    @Override
    public CompletionStage<Optional<LockInfo>> takeAway(FencingToken seen, boolean atOnce, Executor blocking) {
        Dialect dialect = database.dialect();
        String key = dialect.key(namespace, seen.lock());
        return database.submit(blocking, connection -> {
            Held held = dialect.inspect(connection, key);
            if (held != null && takeAway(connection, key, seen.value(), atOnce || held.kept())) {
                return Optional.of(taken(seen, held).build());
            }
            // Its holder may have let go meanwhile, for a time at which it is still kept.
            Held now = atOnce ? null : dialect.inspect(connection, key);
            return now != null && now.kept() && takeAway(connection, key, seen.value(), true)
                    ? Optional.of(taken(seen, now).build())
                    : Optional.empty();
        });
    }

    private boolean takeAway(Connection connection, String key, long seen, boolean atOnce) throws SQLException {
        return atOnce
                ? database.dialect().forceRelease(connection, key, seen)
                : database.dialect().revoke(connection, key, seen);
    }

    /** Its token went up by one, and so above every token of the grant. */
    private static LockInfo.Builder taken(FencingToken seen, Held held) {
        return describe(new FencingToken(seen.lock(), seen.value() + 1), held).revoked(true);
    }

    private static LockInfo.Builder info(String name, Held held) {
        return describe(new FencingToken(name, held.token()), held).revoked(held.revoked());
    }

    private static LockInfo.Builder describe(FencingToken token, Held held) {
        LockInfo.Builder info = LockInfo.builder(token)
                .holder(held.holder())
                .waiting(held.waiting())
                .until(Instant.EPOCH.plus(held.untilMicros(), ChronoUnit.MICROS));
        return held.grantedMicros() > 0
                ? info.since(Instant.EPOCH.plus(held.grantedMicros(), ChronoUnit.MICROS))
                : info;
    }

    @Override
    public CompletionStage<?> ping(Executor blocking) {
        return database.ping(blocking);
    }

    private static LeaseGrant ours(Grant grant) {
        if (grant instanceof LeaseGrant ours) {
            return ours;
        }
        throw new IllegalArgumentException("grant " + grant + ": not from a JDBC backend in lease mode");
    }

    @Override
    public void close() {
        opened.close();
    }
}
