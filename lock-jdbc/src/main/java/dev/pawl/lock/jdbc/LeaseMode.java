package dev.pawl.lock.jdbc;

import dev.pawl.lock.Guarantees;
import dev.pawl.lock.Guarantees.Order;
import dev.pawl.lock.jdbc.Dialect.Holder;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.spi.TokenBlock;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
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
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A lock is held by what stands in its row: an owner and an expiry by the database's clock. No connection is kept for it. */
final class LeaseMode implements HoldMode {

    private static final long PURGE_EVERY = Duration.ofHours(1).toNanos();

    private final Database database;
    private final Watch watch;
    private final String node;
    private final Duration idleRetention;
    private final Guarantees guarantees;
    private final RecentReleases recentReleases;
    private final AtomicLong purgedAt = new AtomicLong(System.nanoTime() - PURGE_EVERY);

    LeaseMode(
            Database database,
            Watch watch,
            String node,
            Duration idleRetention,
            RecentReleases recentReleases,
            Guarantees guarantees) {
        this.database = database;
        this.watch = watch;
        this.node = node;
        this.idleRetention = idleRetention;
        this.recentReleases = recentReleases;
        this.guarantees = guarantees;
    }

    @Override
    public Guarantees guarantees() {
        return guarantees;
    }

    @Override
    public Contender join(Contest contest, String key) {
        return new LeaseContender(database, watch, contest, key, node, guarantees.order() == Order.FIFO);
    }

    @Override
    public CompletionStage<Map<Grant, RenewalOutcome>> renew(Collection<Grant> due, Executor blocking) {
        SortedMap<String, LeaseGrant> grants = new TreeMap<>();
        due.forEach(grant -> grants.put(ours(grant).key(), ours(grant)));
        String lock =
                due.stream().map(grant -> grant.contest().name()).findFirst().orElse("");
        return database.submitAhead(lock, connection -> renew(connection, grants))
                .whenComplete((outcomes, failure) -> purgeNowAndThen(blocking));
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

    /** In an exchange of its own, after a renewal: nobody waits for it. */
    private void purgeNowAndThen(Executor blocking) {
        long last = purgedAt.get();
        if (System.nanoTime() - last >= PURGE_EVERY && purgedAt.compareAndSet(last, System.nanoTime())) {
            database.submit("", blocking, connection -> database.dialect().purge(connection, idleRetention));
        }
    }

    @Override
    public CompletionStage<ReleaseOutcome> release(Grant grant, Executor blocking) {
        LeaseGrant held = ours(grant);
        String owner = held.contest().owner();
        return database.submit(held.contest().name(), blocking, connection -> {
            boolean had = database.dialect().release(connection, held.key(), owner);
            if (had && database.dialect().forgetsReleases()) {
                recentReleases.add(held.key(), owner);
            }
            return had ? ReleaseOutcome.RELEASED : ReleaseOutcome.NOT_HELD;
        });
    }

    @Override
    public CompletionStage<Optional<TokenBlock>> extend(Grant grant, int tokens, Executor blocking) {
        LeaseGrant held = ours(grant);
        if (!(database.dialect() instanceof PostgresDialect postgres)) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return database.submit(held.contest().name(), blocking, connection -> {
            Reply reply = postgres.extend(connection, held.key(), held.contest().owner());
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

    private static LeaseGrant ours(Grant grant) {
        if (grant instanceof LeaseGrant ours) {
            return ours;
        }
        throw new IllegalArgumentException("grant " + grant + ": not from a JDBC backend in lease mode");
    }

    @Override
    public void close() {
        watch.close();
    }
}
