package dev.pawl.lock.jdbc.internal.permits;

import dev.pawl.lock.fencing.internal.SqlErrors;
import dev.pawl.lock.jdbc.internal.dialect.Dialect;
import dev.pawl.lock.jdbc.internal.dialect.Holder;
import dev.pawl.lock.jdbc.internal.exchange.Database;
import dev.pawl.lock.jdbc.internal.exchange.Purge;
import dev.pawl.lock.jdbc.internal.waiting.NoWakeUps;
import dev.pawl.lock.jdbc.internal.waiting.PolledContest;
import dev.pawl.lock.jdbc.internal.waiting.Poller;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The part of a backend in lease mode that is about permits. Safe for use by several threads. */
public final class Permits implements AutoCloseable {

    /** How often the row of a name may be missing when it was just made: only a purge of idle names removes one. */
    private static final int MOST_TRIES = 5;

    private final Database database;
    private final String namespace;
    private final String client;
    private final PermitsTable table;
    private final PermitsSchema schema;
    private final Purge purge;

    /** That of the locks, where it hears. */
    private final Poller poller;

    private final boolean hears;

    /** What is being taken back, by the row of its name: who asks for the same name next, asks after that. */
    private final Map<String, CompletableFuture<?>> leaving = new ConcurrentHashMap<>();

    /**
     * @param client the id of this client
     * @param locks hears of locks; perhaps of turns as well
     */
    public Permits(
            Database database,
            String namespace,
            String client,
            boolean createTable,
            Duration idleRetention,
            Poller locks) {
        this.database = database;
        this.namespace = namespace;
        this.client = client;
        this.table = new PermitsTable(database.dialect());
        this.schema = new PermitsSchema(database.dialect(), createTable, database.faults());
        this.purge = new Purge(database, connection -> table.purge(connection, idleRetention));
        this.hears = locks.hears();
        this.poller = hears ? locks : new Poller("pawl-jdbc-turns-" + client, new NoWakeUps(this::look));
    }

    private Map<String, Holder> look(Set<String> owners) {
        return database.call(connection -> table.look(connection, owners));
    }

    /** How a message names a waiter. */
    static String member(String client, String owner) {
        return client + ":" + owner;
    }

    Database database() {
        return database;
    }

    /** The row of a name in the lock table. No namespace begins with {@code ~}. */
    private String key(Contest contest) {
        String kind = contest.mode() == Contest.Mode.READ_WRITE ? "~rw:" : "~s:";
        return database.dialect().key(kind + namespace, contest.name());
    }

    public Contender join(Contest contest) {
        return new PermitsContender(this, contest, key(contest), client, hears);
    }

    // Who waits

    /** Before it waits: its turn may come at once. */
    void listen(PolledContest waiting) {
        if (hears) {
            poller.addListener(waiting);
        }
    }

    /** Where nobody tells of turns, they are looked for. */
    void watch(PolledContest waiting) {
        if (!hears) {
            poller.add(waiting);
        }
    }

    void stopWaiting(PolledContest waiting) {
        if (hears) {
            poller.removeListener(waiting);
        } else {
            poller.remove(waiting);
        }
    }

    // In order

    /** A request that leaves: until it is gone it may be in the way of those that this client makes after it. */
    void leaves(String key, CompletableFuture<?> leave) {
        CompletableFuture<?> all = leaving.merge(key, leave, (one, other) -> CompletableFuture.allOf(one, other));
        all.whenComplete((nothing, failure) -> leaving.remove(key, all));
    }

    /** Begins what is asked for after all that leaves. */
    <T> CompletableFuture<T> afterThoseWhoLeave(String key, Supplier<CompletableFuture<T>> exchange) {
        CompletableFuture<?> leave = leaving.get(key);
        return leave == null || leave.isDone()
                ? exchange.get()
                : leave.handle((nothing, failure) -> failure).thenCompose(gone -> exchange.get());
    }

    // Transactions

    /** What is done with the permits of one name. */
    @FunctionalInterface
    interface Step<T> {
        T with(NamePermits permits) throws SQLException;
    }

    /** Sees to it that there is a table. */
    void prepare(Connection connection) throws SQLException {
        schema.prepare(connection);
    }

    /** Runs a step while the name's row is locked. */
    <T> T inTransaction(Connection connection, String key, Step<T> step) throws SQLException {
        Dialect dialect = database.dialect();
        try {
            for (int tries = 0; tries < MOST_TRIES; tries++) {
                List<T> answer = tryOnce(connection, key, step);
                if (!answer.isEmpty()) {
                    return answer.get(0);
                }
                dialect.createRow(connection, key);
            }
        } catch (SQLException e) {
            schema.suspect(e);
            throw e;
        }
        throw new SQLException("the row of a name came and went " + MOST_TRIES + " times", "40001");
    }

    /** Empty if the name has no row. */
    private <T> List<T> tryOnce(Connection connection, String key, Step<T> step) throws SQLException {
        connection.setAutoCommit(false);
        List<T> answer;
        try {
            Dialect.Locked row = database.dialect().lockName(connection, key);
            if (row == null) {
                answer = List.of();
            } else {
                NamePermits permits = NamePermits.read(table, connection, key, row);
                answer = List.of(step.with(permits));
                permits.finish();
            }
            connection.commit();
        } catch (SQLException | RuntimeException | Error e) {
            rollBack(connection, e);
            throw e;
        }
        connection.setAutoCommit(true);
        return answer;
    }

    private static void rollBack(Connection connection, Throwable primary) {
        if (primary instanceof SQLException e && SqlErrors.spoilsConnection(e)) {
            // It is ended, and the transaction with it.
            return;
        }
        try {
            connection.rollback();
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            primary.addSuppressed(e);
            abort(connection, primary);
        }
    }

    private static void abort(Connection connection, Throwable primary) {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            primary.addSuppressed(e);
        }
    }

    // Holds

    public boolean areAmong(Collection<Grant> grants) {
        for (Grant grant : grants) {
            if (grant instanceof PermitsGrant) {
                return true;
            }
        }
        return false;
    }

    /**
     * Renews all, each kind in its way.
     *
     * @param locks renews those that are no permits
     */
    public CompletionStage<Map<Grant, RenewalOutcome>> renew(
            Collection<Grant> due, Function<Collection<Grant>, CompletionStage<Map<Grant, RenewalOutcome>>> locks) {
        List<PermitsGrant> permits = new ArrayList<>();
        List<Grant> others = new ArrayList<>();
        for (Grant grant : due) {
            if (grant instanceof PermitsGrant ours) {
                permits.add(ours);
            } else {
                others.add(grant);
            }
        }
        CompletionStage<Map<Grant, RenewalOutcome>> renewed =
                database.submitAhead(connection -> renew(connection, permits));
        purge.nowAndThen();
        if (others.isEmpty()) {
            return renewed;
        }
        // What has failed is missing, and so unknown.
        return renewed.exceptionally(failure -> Map.of())
                .thenCombine(locks.apply(others).exceptionally(failure -> Map.of()), (one, other) -> {
                    Map<Grant, RenewalOutcome> all = new HashMap<>(one);
                    all.putAll(other);
                    return all;
                });
    }

    /** One statement for each lease time. */
    private Map<Grant, RenewalOutcome> renew(Connection connection, List<PermitsGrant> due) throws SQLException {
        Map<Duration, List<PermitsGrant>> byTime = due.stream()
                .collect(Collectors.groupingBy(grant -> grant.contest().leaseTime()));
        Map<Grant, RenewalOutcome> outcomes = new HashMap<>();
        for (Map.Entry<Duration, List<PermitsGrant>> alike : byTime.entrySet()) {
            List<String> owners =
                    alike.getValue().stream().map(PermitsGrant::owner).sorted().toList();
            boolean all = table.renew(connection, owners, alike.getKey()) == owners.size();
            Set<String> held = all ? Set.of() : table.held(connection, owners);
            for (PermitsGrant grant : alike.getValue()) {
                boolean has = all || held.contains(grant.owner());
                outcomes.put(grant, has ? RenewalOutcome.RENEWED : RenewalOutcome.NOT_HELD);
            }
        }
        return outcomes;
    }

    public boolean are(Grant grant) {
        return grant instanceof PermitsGrant;
    }

    public CompletionStage<RenewalOutcome> renew(Grant grant, Duration time) {
        PermitsGrant held = (PermitsGrant) grant;
        return database.submitAhead(connection -> table.renew(connection, List.of(held.owner()), time) == 1
                ? RenewalOutcome.RENEWED
                : RenewalOutcome.NOT_HELD);
    }

    /** As what undoes: at a row that a foreign session keeps, releases of one name must not take all connections from all other locks. */
    public CompletableFuture<ReleaseOutcome> release(Grant grant, Executor blocking) {
        PermitsGrant held = (PermitsGrant) grant;
        return database.inTime(database.undo(blocking, connection -> {
            boolean had = release(connection, held);
            purge.nowAndThen();
            return had || held.isPerhapsReleased() ? ReleaseOutcome.RELEASED : ReleaseOutcome.NOT_HELD;
        }));
    }

    /** One that was not answered may have been carried out: what a later one does not find is no loss then. */
    private boolean release(Connection connection, PermitsGrant held) throws SQLException {
        boolean before = held.isPerhapsReleased();
        boolean known = false;
        held.perhapsReleased(true);
        try {
            boolean had = inTransaction(connection, held.key(), permits -> permits.leave(held.owner()));
            known = true;
            return had;
        } catch (SQLException e) {
            known = !SqlErrors.isUnknownOutcome(e);
            throw e;
        } finally {
            if (known) {
                held.perhapsReleased(before);
            }
        }
    }

    /** Ends what was opened for permits alone. */
    @Override
    public void close() {
        if (!hears) {
            poller.close();
        }
    }
}
