package dev.pawl.lock.jdbc;

import dev.pawl.lock.Lease;
import dev.pawl.lock.spi.BackendSettings;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.testkit.BackendFixture;
import dev.pawl.lock.testservers.SqlQuestion;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A lock table in lease mode, wherever its database is. */
abstract class TableFixture implements BackendFixture {

    static final String NAMESPACE = "pawl";
    static final Duration IO_LIMIT = Duration.ofSeconds(2);

    private final String url;

    TableFixture(String url) {
        this.url = url;
    }

    /** Asks the database something, over a connection that counts as nobody's. */
    abstract <T> T ask(SqlQuestion<T> question);

    @Override
    public LockBackend newBackend() {
        return new JdbcBackendProvider().create(new BackendSettings(url, null, null, NAMESPACE, settings()));
    }

    @Override
    public Optional<String> url() {
        return Optional.of(url);
    }

    @Override
    public Map<String, String> settings() {
        return Map.of("pawl.jdbc.io-timeout", IO_LIMIT.toMillis() + "ms");
    }

    @Override
    public Duration ioLimit() {
        return IO_LIMIT;
    }

    @Override
    public int manyNames() {
        return 10_000;
    }

    @Override
    public void loseLease(Lease lease) {
        change("UPDATE pawl_lock SET owner = '', expires_at = '1970-01-01 00:00:00' WHERE name = ?", lease.name());
    }

    @Override
    public void takeOver(Lease lease) {
        change("UPDATE pawl_lock SET owner = 'somebody-else' WHERE name = ?", lease.name());
    }

    private void change(String sql, String lock) {
        int changed = ask(admin -> {
            try (PreparedStatement statement = admin.prepareStatement(sql)) {
                statement.setString(1, row(lock));
                return statement.executeUpdate();
            }
        });
        if (changed != 1) {
            throw new AssertionError(changed + " rows of " + lock);
        }
    }

    /** As {@code docs/} tells operators. */
    static String row(String lock) {
        return row(NAMESPACE, lock);
    }

    private static String row(String namespace, String name) {
        String plain = namespace + ":" + name;
        boolean hashed = plain.length() > 255 || plain.indexOf('\0') >= 0;
        return hashed ? "#" + namespace + ":" + sha256(name) : plain;
    }

    private static String sha256(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public final void losePermits(Lease permits) {
        lose("~s:" + NAMESPACE, permits.name());
    }

    @Override
    public final Optional<String> permitsLeftBehind(String name) {
        return ask(admin -> sharesOf(admin, row("~s:" + NAMESPACE, name)));
    }

    @Override
    public final void loseReadWriteLock(Lease lease) {
        lose("~rw:" + NAMESPACE, lease.name());
    }

    @Override
    public final Optional<String> readWriteLockLeftBehind(String name) {
        return ask(admin -> sharesOf(admin, row("~rw:" + NAMESPACE, name)));
    }

    private void lose(String namespace, String name) {
        int changed = ask(admin -> {
            try (PreparedStatement statement = admin.prepareStatement("DELETE FROM pawl_lock_permits WHERE name = ?")) {
                statement.setString(1, row(namespace, name));
                return statement.executeUpdate();
            }
        });
        if (changed == 0) {
            throw new AssertionError("no permits of " + name);
        }
    }

    private static Optional<String> sharesOf(Connection admin, String row) throws SQLException {
        try (PreparedStatement statement =
                admin.prepareStatement("SELECT state, owner FROM pawl_lock_permits WHERE name = ?")) {
            statement.setString(1, row);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? Optional.of(rows.getString(1) + " of " + rows.getString(2)) : Optional.empty();
            }
        }
    }

    @Override
    public void cutWakeUps() {
        // There are none: releases are looked for.
    }

    @Override
    public final Optional<String> leftBehind(String lock) {
        return ask(admin -> leftBehind(admin, lock));
    }

    Optional<String> leftBehind(Connection admin, String lock) throws SQLException {
        try (PreparedStatement statement = admin.prepareStatement("SELECT * FROM pawl_lock WHERE name = ?")) {
            statement.setString(1, row(lock));
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? Optional.ofNullable(leftIn(rows)) : Optional.empty();
            }
        }
    }

    @Nullable
    String leftIn(ResultSet row) throws SQLException {
        String owner = row.getString("owner");
        return owner.isEmpty() ? null : "owner " + owner;
    }
}
