package dev.pawl.lock.jdbc.internal.permits;

import dev.pawl.lock.jdbc.internal.dialect.Dialect;
import dev.pawl.lock.jdbc.internal.permits.Share.State;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who has permits of one name and who waits for them, in a transaction that has the name's row for itself. What is decided here is written
 * at once, but for the turns of waiters, which go together at the {@linkplain #finish end}.
 *
 * <p>Permits that are out are held, or reserved for a waiter whose turn has come. A waiter for whom there are not enough keeps those behind it
 * waiting, so that nobody overtakes it for ever.
 */
final class NamePermits {

    private final PermitsTable table;
    private final Connection transaction;
    private final String key;
    private final long nowMicros;

    /** By owner, in order of arrival. */
    private final Map<String, Share> shares = new LinkedHashMap<>();

    private final List<String> called = new ArrayList<>();
    private long token;
    private long out;
    private boolean raised;

    private NamePermits(PermitsTable table, Connection transaction, String key, Dialect.Locked row) {
        this.table = table;
        this.transaction = transaction;
        this.key = key;
        this.nowMicros = row.nowMicros();
        this.token = row.token();
    }

    /** Reads what there is, without what is over: that is gone, for its owner too. */
    static NamePermits read(PermitsTable table, Connection transaction, String key, Dialect.Locked row)
            throws SQLException {
        NamePermits permits = new NamePermits(table, transaction, key, row);
        List<Share> all = table.read(transaction, key);
        List<String> over = all.stream()
                .filter(share -> share.endsMicros() <= row.nowMicros())
                .map(Share::owner)
                .toList();
        if (!over.isEmpty()) {
            // Less if one of them was renewed just now: what is there then, is not over.
            table.drop(transaction, over, row.nowMicros());
            all = table.read(transaction, key);
        }
        all.forEach(permits::keep);
        return permits;
    }

    private void keep(Share share) {
        shares.put(share.owner(), share);
        out += share.isOut() ? share.permits() : 0;
    }

    private @Nullable Share forget(String owner) {
        Share gone = shares.remove(owner);
        out -= gone != null && gone.isOut() ? gone.permits() : 0;
        return gone;
    }

    /**
     * Tries for permits, for a hold until the lease is over.
     *
     * @param waitMicros how long to keep a waiter that is not heard of; 0 to keep none
     * @return the token; 0 if there are not enough, or others wait
     */
    long acquire(Request request, long waitMicros) throws SQLException {
        Share mine = shares.get(request.owner());
        // The answer to this very attempt may have been lost, or it is its turn: then they are counted.
        boolean wins = mine != null && mine.isOut();
        if (!wins) {
            wins = handOver(request.owner()) && out + request.permits() <= request.most();
        }
        if (wins) {
            write(request, mine, State.HELD, nowMicros + request.leaseMicros());
            token = Math.max(token + 1, nowMicros);
            raised = true;
        } else if (waitMicros > 0) {
            write(request, mine, State.WAITING, nowMicros + waitMicros);
        } else if (mine != null) {
            drop(mine);
        }
        handOver(null);
        return wins ? token : 0;
    }

    /** Takes back what its owner has; false if it has no hold. */
    boolean leave(String owner) throws SQLException {
        Share mine = shares.get(owner);
        if (mine != null) {
            drop(mine);
        }
        handOver(null);
        return mine != null && mine.state() == State.HELD;
    }

    private void write(Request request, @Nullable Share mine, State state, long endsMicros) throws SQLException {
        if (mine == null) {
            Share fresh = new Share(
                    request.owner(),
                    state,
                    request.permits(),
                    request.most(),
                    nextPlace(),
                    request.turnMicros(),
                    endsMicros);
            table.add(transaction, key, request.client(), fresh);
            keep(fresh);
        } else {
            forget(mine.owner());
            Share next = mine.as(state, endsMicros);
            table.set(transaction, next);
            keep(next);
        }
    }

    /** By the clock, but never before one who came earlier: the clock may have been set back. */
    private long nextPlace() {
        return Math.max(
                nowMicros,
                1 + shares.values().stream().mapToLong(Share::place).max().orElse(0));
    }

    private void drop(Share share) throws SQLException {
        table.drop(transaction, List.of(share.owner()), Long.MAX_VALUE);
        forget(share.owner());
    }

    /**
     * Reserves what is free for those who wait, in their order, up to the one who asks, and up to one for whom there is not enough.
     *
     * @return whether nobody is left before the one who asks
     */
    private boolean handOver(@Nullable String asking) {
        for (Share share : List.copyOf(shares.values())) {
            if (!share.isOut()) {
                if (share.owner().equals(asking)) {
                    return true;
                }
                if (out + share.permits() > share.most()) {
                    return false;
                }
                called.add(share.owner());
                shares.put(share.owner(), share.as(State.RESERVED, nowMicros + share.turnMicros()));
                out += share.permits();
            }
        }
        return true;
    }

    /** Writes the turns that have come, and that more permits are out than before: who has read before must not count too few. */
    void finish() throws SQLException {
        if (!called.isEmpty()) {
            table.call(transaction, called, nowMicros);
        }
        if (raised || !called.isEmpty()) {
            table.touch(transaction, key, token);
        }
    }

    /** How long until something of this is over, at least a millisecond; not what is the owner's own. */
    long microsUntilOneEnds(String owner, long otherwise) {
        long ends = shares.values().stream()
                .filter(share -> !share.owner().equals(owner))
                .mapToLong(Share::endsMicros)
                .min()
                .orElse(nowMicros + otherwise);
        return Math.max(1_000, ends - nowMicros);
    }
}
