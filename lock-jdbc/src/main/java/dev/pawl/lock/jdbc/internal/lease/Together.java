package dev.pawl.lock.jdbc.internal.lease;

import dev.pawl.lock.jdbc.internal.dialect.Reply;
import dev.pawl.lock.jdbc.internal.dialect.ShortPath;
import dev.pawl.lock.jdbc.internal.dialect.ShortPath.Having;
import dev.pawl.lock.jdbc.internal.dialect.ShortPath.Wanted;
import dev.pawl.lock.jdbc.internal.exchange.Database;
import dev.pawl.lock.jdbc.internal.exchange.Database.Unresolved;
import dev.pawl.lock.jdbc.internal.exchange.Gathering;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The short requests of a client, of different names: what comes while the carriers are busy goes in one statement. One that goes alone is the
 * plain update, which is cheaper for one. Safe for use by several threads.
 */
final class Together {

    private final OwnUses uses = new OwnUses();
    private final Database database;
    private final ShortPath shortPath;
    private final Gathering<Attempted, Optional<Reply>> attempts;
    private final Gathering<Ended, Boolean> releases;

    Together(Database database, ShortPath shortPath) {
        this.database = database;
        this.shortPath = shortPath;
        long limit = database.limit().toNanos();
        attempts = new Gathering<>(database.attemptsAtOnce(), limit, this::acquire);
        releases = new Gathering<>(database.attemptsAtOnce(), limit, this::release);
    }

    /** What is known of this client's uses of its locks. */
    OwnUses uses() {
        return uses;
    }

    /**
     * An attempt.
     *
     * @param connected told when there is a connection for it
     * @param unresolved told if nobody knows what came of it
     */
    record Attempted(Wanted wanted, Runnable connected, Consumer<Unresolved> unresolved) {}

    private record Ended(Having having, Runnable connected) {}

    /** Tries for a lock; empty if it has to be asked for alone. */
    Optional<Reply> acquire(Attempted attempt, long end) throws SQLException {
        return attempts.ask(attempt, end);
    }

    /** Gives back what the owner has, unless somebody waits for it. */
    boolean release(Having having, Runnable connected, long end) throws SQLException {
        return releases.ask(new Ended(having, connected), end);
    }

    private List<Optional<Reply>> acquire(List<Attempted> all, long end) throws SQLException {
        return database.forSeveral(
                true,
                connection -> {
                    all.forEach(one -> one.connected().run());
                    return acquire(connection, all);
                },
                end,
                open -> all.forEach(one -> one.unresolved().accept(open)));
    }

    private List<Optional<Reply>> acquire(Connection connection, List<Attempted> all) throws SQLException {
        if (all.size() == 1) {
            Wanted one = all.get(0).wanted();
            return List.of(Optional.ofNullable(
                    shortPath.acquire(connection, one.key(), one.owner(), one.holder(), one.leaseMicros())));
        }
        Map<String, Reply> granted = shortPath.acquire(
                connection, all.stream().map(Attempted::wanted).toList());
        return all.stream()
                .map(one -> Optional.ofNullable(granted.get(one.wanted().owner())))
                .toList();
    }

    private List<Boolean> release(List<Ended> all, long end) throws SQLException {
        return database.forSeveral(
                false,
                connection -> {
                    all.forEach(one -> one.connected().run());
                    return release(connection, all);
                },
                end,
                null);
    }

    private List<Boolean> release(Connection connection, List<Ended> all) throws SQLException {
        if (all.size() == 1) {
            Having one = all.get(0).having();
            return List.of(shortPath.release(connection, one.key(), one.owner()));
        }
        Set<String> released =
                shortPath.release(connection, all.stream().map(Ended::having).toList());
        return all.stream().map(one -> released.contains(one.having().owner())).toList();
    }
}
