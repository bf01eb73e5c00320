package dev.pawl.lock.jdbc.internal.postgresql;

import dev.pawl.lock.jdbc.internal.dialect.Dialect;
import dev.pawl.lock.jdbc.internal.dialect.Reply;
import dev.pawl.lock.jdbc.internal.dialect.ShortPath;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Plain updates of the row: half of what the statements with {@code WITH} cost. */
final class PostgresShortPath implements ShortPath {

    /** How long one waits for a row that others have locked, in ms: requests for other rows may wait behind it. */
    private static final long MOST_WAIT = 100;

    private final Dialect dialect;
    private final String wait;

    PostgresShortPath(Dialect dialect) {
        this.dialect = dialect;
        this.wait = Long.toString(Math.min(MOST_WAIT, dialect.rowWait().toMillis()));
    }

    @Override
    public @Nullable Reply acquire(Connection connection, String key, String owner, String holder, long leaseMicros)
            throws SQLException {
        Map<String, ?> values =
                Map.of("name", key, "owner", owner, "holder", holder, "lease", leaseMicros, "wait", wait);
        try (PreparedStatement statement = dialect.sql("acquire-free").on(connection, values);
                ResultSet rows = statement.executeQuery()) {
            return rows.next() ? Reply.granted(rows.getLong(1), rows.getLong(2)) : null;
        }
    }

    @Override
    public Map<String, Reply> acquire(Connection connection, Collection<Wanted> wanted) throws SQLException {
        List<Wanted> sorted =
                wanted.stream().sorted(Comparator.comparing(Wanted::key)).toList();
        Map<String, ?> values = Map.of(
                "names", sorted.stream().map(Wanted::key).toList(),
                "owners", sorted.stream().map(Wanted::owner).toList(),
                "holders", sorted.stream().map(Wanted::holder).toList(),
                "leases",
                        sorted.stream()
                                .map(one -> Long.toString(one.leaseMicros()))
                                .toList());
        Map<String, Reply> granted = new HashMap<>();
        try (PreparedStatement statement = dialect.sql("acquire-many").on(connection, values);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                granted.put(rows.getString(1), Reply.granted(rows.getLong(2), rows.getLong(3)));
            }
        }
        return granted;
    }

    @Override
    public Set<String> release(Connection connection, Collection<Having> having) throws SQLException {
        List<Having> sorted =
                having.stream().sorted(Comparator.comparing(Having::key)).toList();
        Map<String, ?> values = Map.of(
                "names", sorted.stream().map(Having::key).toList(),
                "owners", sorted.stream().map(Having::owner).toList());
        Set<String> released = new HashSet<>();
        try (PreparedStatement statement = dialect.sql("release-many").on(connection, values);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                released.add(rows.getString(1));
            }
        }
        return released;
    }

    @Override
    public boolean release(Connection connection, String key, String owner) throws SQLException {
        return dialect.sql("release-alone").update(connection, Map.of("name", key, "owner", owner, "wait", wait)) > 0;
    }
}
