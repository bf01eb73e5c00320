package dev.pawl.lock.fencing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.testservers.SqlServer;
import dev.pawl.lock.testservers.TestedDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A fence table that others have made or altered: what it lacks is said when it is first met, not found out by a stale write. */
@Timeout(180)
final class ForeignFenceTableTest {

    private static final String TABLE = "foreign_fence";
    private static final FencingToken TOKEN = new FencingToken("job", 1_800_000_000_000_000L);

    private static void execute(Connection connection, String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql.trim());
            }
        }
    }

    /** The table that the guard makes, altered: met by a guard that has a transaction, and by one that would make the table. */
    private static void refuses(TestedDatabase database, String alteration, String what) throws SQLException {
        SqlServer server = database.healed();
        try (Connection connection = DriverManager.getConnection(server.url())) {
            JdbcFencingGuard.create(TABLE).createTable(connection);
            execute(connection, alteration.split(";", -1));
            assertThatThrownBy(() -> JdbcFencingGuard.create(TABLE).createTable(connection))
                    .as("%s after %s", database, alteration)
                    .isInstanceOf(LockConfigException.class)
                    .hasMessageContaining(what)
                    .hasMessageContaining("CREATE TABLE");
            connection.setAutoCommit(false);
            assertThatThrownBy(() -> JdbcFencingGuard.create(TABLE).enter(connection, TOKEN))
                    .as("%s after %s", database, alteration)
                    .isInstanceOf(LockConfigException.class)
                    .hasMessageContaining(what);
            connection.rollback();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            ALTER TABLE foreign_fence DROP CONSTRAINT foreign_fence_pkey                    | lacks [a unique key on lock_name alone]
            ALTER TABLE foreign_fence DROP CONSTRAINT foreign_fence_pkey, ADD UNIQUE (lock_name) DEFERRABLE | lacks [a unique key on lock_name alone]
            ALTER TABLE foreign_fence DROP CONSTRAINT foreign_fence_pkey, ADD UNIQUE (lock_name, token) | lacks [a unique key on lock_name alone]
            ALTER TABLE foreign_fence ALTER lock_name TYPE varchar(64)                      | lock_name is character varying(64)
            ALTER TABLE foreign_fence ALTER token TYPE real                                 | token is real
            ALTER TABLE foreign_fence ALTER token TYPE text                                 | token is text
            ALTER TABLE foreign_fence ADD id bigint NOT NULL                                | id is bigint
            """)
    void postgres_refuses(String alteration, String what) throws SQLException {
        refuses(TestedDatabase.POSTGRESQL, alteration, what);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            ALTER TABLE foreign_fence DROP PRIMARY KEY                                                      | lacks [a unique key on lock_name alone]
            ALTER TABLE foreign_fence DROP PRIMARY KEY, ADD id int AUTO_INCREMENT PRIMARY KEY, ADD INDEX (lock_name) | lacks [a unique key on lock_name alone]
            ALTER TABLE foreign_fence DROP PRIMARY KEY, ADD UNIQUE (lock_name(64))                          | lacks [a unique key on lock_name alone]
            ALTER TABLE foreign_fence ADD UNIQUE (token)                                                    | key token is unique
            ALTER TABLE foreign_fence MODIFY lock_name varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL | lock_name is varchar(255) utf8mb4_general_ci
            ALTER TABLE foreign_fence MODIFY lock_name varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL | lock_name is varchar(64) utf8mb4_bin
            ALTER TABLE foreign_fence MODIFY token int NOT NULL                                             | token is int
            ALTER TABLE foreign_fence MODIFY token double NOT NULL                                          | token is double
            ALTER TABLE foreign_fence ENGINE = MEMORY                                                       | its engine is MEMORY
            ALTER TABLE foreign_fence ADD id int NOT NULL                                                   | id is int
            """)
    void mariaDbAndMySql_refuse(String alteration, String what) throws SQLException {
        refuses(TestedDatabase.MARIADB, alteration, what);
        refuses(TestedDatabase.MYSQL, alteration, what);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            ALTER TABLE foreign_fence DROP PRIMARY KEY                                   | lacks [a unique key on lock_name and part]
            ALTER TABLE foreign_fence DROP PRIMARY KEY; ALTER TABLE foreign_fence ADD UNIQUE (lock_name, token) | lacks [a unique key on lock_name and part]
            ALTER TABLE foreign_fence ALTER COLUMN lock_name varchar_ignorecase(255) NOT NULL | lock_name is VARCHAR_IGNORECASE
            ALTER TABLE foreign_fence ALTER COLUMN lock_name varchar(64) NOT NULL        | lock_name is CHARACTER VARYING(64)
            ALTER TABLE foreign_fence ALTER COLUMN token real NOT NULL                   | token is REAL
            ALTER TABLE foreign_fence ADD id bigint NOT NULL                             | id is BIGINT
            """)
    void h2_refuses(String alteration, String what) throws SQLException {
        refuses(TestedDatabase.H2, alteration, what);
    }

    @ParameterizedTest
    @EnumSource
    void tableThatTheGuardHasMade_isEntered_byWhoeverMayOnlyReadAndWriteIt(TestedDatabase database)
            throws SQLException {
        SqlServer server = database.healed();
        try (Connection connection = DriverManager.getConnection(server.url())) {
            JdbcFencingGuard.create(TABLE).createTable(connection);
            connection.setAutoCommit(false);
            JdbcFencingGuard guard = JdbcFencingGuard.create(TABLE);
            guard.enter(connection, TOKEN);
            guard.update(connection, TOKEN, "UPDATE foreign_fence SET token = token WHERE lock_name = ?", "none");
            connection.commit();
        }
    }

    /** The servers of the tests do not wait for their disks, but for H2's, which is in memory. */
    @ParameterizedTest
    @CsvSource({
        "POSTGRESQL, fsync=off",
        "MARIADB, innodb_flush_log_at_trx_commit=2",
        "MYSQL, innodb_flush_log_at_trx_commit=2"
    })
    void serverThatConfirmsBeforeItsDiskHasIt_isToldOnce(TestedDatabase database, String setting) throws SQLException {
        SqlServer server = database.healed();
        try (Connection connection = DriverManager.getConnection(server.url())) {
            JdbcFencingGuard.create(TABLE).createTable(connection);
            JdbcFencingGuard guard = JdbcFencingGuard.create(TABLE);
            connection.setAutoCommit(false);
            String logged = TestLog.of(() -> {
                guard.enter(connection, TOKEN);
                guard.enter(connection, TOKEN);
                connection.commit();
            });
            assertThat(logged).containsOnlyOnce(setting);
        }
    }

    @ParameterizedTest
    @EnumSource
    void rowWhoseFenceRounds_isRefused_beforeAnythingIsWritten(TestedDatabase database) throws SQLException {
        SqlServer server = database.healed();
        try (Connection connection = DriverManager.getConnection(server.url())) {
            execute(
                    connection,
                    "CREATE TABLE rounded (id int PRIMARY KEY, stock int, fence real NOT NULL)",
                    "INSERT INTO rounded VALUES (42, 0, 0)");
            RowFence fence = RowFence.of("rounded", "id", "fence");
            assertThatThrownBy(() -> fence.update(connection, "job", TOKEN, 42, "stock = ?", 7))
                    .isInstanceOf(LockConfigException.class)
                    .hasMessageContaining("fence");
            assertThat(server.<Integer>ask(admin -> {
                        try (Statement statement = admin.createStatement();
                                var rows = statement.executeQuery("SELECT stock FROM rounded")) {
                            rows.next();
                            return rows.getInt(1);
                        }
                    }))
                    .isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void keyThatSeveralRowsHave_isAFault(TestedDatabase database) throws SQLException {
        SqlServer server = database.healed();
        try (Connection connection = DriverManager.getConnection(server.url())) {
            execute(
                    connection,
                    "CREATE TABLE twice (id int NOT NULL, stock int, fence bigint NOT NULL)",
                    "INSERT INTO twice VALUES (42, 0, 5), (42, 0, 6)");
            connection.setAutoCommit(false);
            RowFence fence = RowFence.of("twice", "id", "fence");
            assertThatThrownBy(() -> fence.update(connection, "job", TOKEN, 42, "stock = ?", 7))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("key id");
            connection.rollback();
        }
    }
}
