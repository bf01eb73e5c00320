package dev.pawl.lock.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfig;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A PostgreSQL of its own that is measured on. */
final class Postgres implements AutoCloseable {

    private static final String DATABASE = "postgres";

    private final EmbeddedPostgres server;
    private final String url;

    private Postgres(EmbeddedPostgres server) {
        this.server = server;
        url = server.getJdbcUrl(DATABASE, DATABASE);
    }

    /**
     * Starts one, which ends with {@link #close()}.
     *
     * @param synchronous whether a commit reaches the disk, as is PostgreSQL's default
     */
    static Postgres start(boolean synchronous) throws IOException {
        return new Postgres(EmbeddedPostgres.builder()
                .setServerConfig("fsync", synchronous ? "on" : "off")
                // Off by default in an embedded one, where no commit waits for the disk.
                .setServerConfig("synchronous_commit", "on")
                .start());
    }

    /** A Pawl client with its own pool. */
    LockClient locks() {
        return LockClient.connect(LockConfig.builder().url(url).build());
    }

    /** The floor's connections. */
    HikariDataSource pool(int size) {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(url);
        pool.setMaximumPoolSize(size);
        pool.setAutoCommit(false);
        return pool;
    }

    /** Rows for the floor to lock. */
    void createRows(int count) {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE bare_lock (name text PRIMARY KEY) WITH (fillfactor = 50)");
            statement.execute("INSERT INTO bare_lock SELECT 'bench/' || i FROM generate_series(0, " + count + ") AS i");
        } catch (SQLException e) {
            throw new IllegalStateException("cannot make the rows of the floor", e);
        }
    }

    /** The floor: the least that a lock in a database can do, {@code SELECT … FOR UPDATE} and {@code COMMIT}. */
    static Pair bare(HikariDataSource pool, int number) {
        String name = "bench/" + number;
        return () -> {
            try (Connection connection = pool.getConnection();
                    PreparedStatement lock =
                            connection.prepareStatement("SELECT name FROM bare_lock WHERE name = ? FOR UPDATE")) {
                lock.setString(1, name);
                try (ResultSet row = lock.executeQuery()) {
                    if (!row.next()) {
                        throw new IllegalStateException("no row " + name);
                    }
                }
                connection.commit();
            } catch (SQLException e) {
                throw new IllegalStateException("the floor failed", e);
            }
        };
    }

    String version() {
        try (Connection connection = server.getPostgresDatabase().getConnection()) {
            return connection.getMetaData().getDatabaseProductVersion();
        } catch (SQLException e) {
            throw new IllegalStateException("the server does not answer", e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
