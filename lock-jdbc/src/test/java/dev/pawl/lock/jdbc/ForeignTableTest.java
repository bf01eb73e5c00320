package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.SqlServer;
import dev.pawl.lock.testservers.TestedDatabase;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A lock table that others have made or altered: what it lacks is said at the start, not found out by two holders. */
@Timeout(180)
final class ForeignTableTest {

    private static final String NO_TABLE = "pawl.jdbc.create-table=false";

    private final SqlClients clients = new SqlClients();

    @AfterEach
    void close() throws Exception {
        clients.close();
    }

    private static void execute(SqlServer server, String sql) {
        server.ask(admin -> {
            try (Statement statement = admin.createStatement()) {
                return statement.execute(sql);
            }
        });
    }

    /** The table that Pawl makes, altered. */
    private void refuses(TestedDatabase database, String alteration, String what) {
        SqlServer server = database.healed();
        clients.connect(server.url());
        for (String sql : alteration.split(";", -1)) {
            execute(server, sql.trim());
        }
        assertThatThrownBy(() -> clients.connect(server.url(), NO_TABLE))
                .as("%s after %s", database, alteration)
                .isInstanceOf(LockConfigException.class)
                .hasMessageContaining(what)
                .hasMessageContaining("CREATE TABLE");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            ALTER TABLE pawl_lock DROP CONSTRAINT pawl_lock_pkey                        | lacks [a unique key on name alone]
            ALTER TABLE pawl_lock DROP CONSTRAINT pawl_lock_pkey, ADD UNIQUE (name, owner) | lacks [a unique key on name alone]
            ALTER TABLE pawl_lock DROP CONSTRAINT pawl_lock_pkey, ADD UNIQUE (name) DEFERRABLE | lacks [a unique key on name alone]
            ALTER TABLE pawl_lock ALTER expires_at TYPE timestamp                       | expires_at is timestamp without time zone
            ALTER TABLE pawl_lock ALTER expires_at TYPE timestamptz(0)                  | expires_at is timestamp(0) with time zone
            ALTER TABLE pawl_lock ALTER name TYPE varchar(64)                           | name is character varying(64)
            ALTER TABLE pawl_lock ALTER token TYPE integer                              | token is integer
            ALTER TABLE pawl_lock ALTER waiters DROP DEFAULT                            | waiters is text[]
            ALTER TABLE pawl_lock ADD id bigint NOT NULL                                | id is bigint
            """)
    void postgres_refusesAtTheStart(String alteration, String what) {
        refuses(TestedDatabase.POSTGRESQL, alteration, what);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            ALTER TABLE pawl_lock DROP PRIMARY KEY                                                     | lacks [a primary key on name alone]
            ALTER TABLE pawl_lock DROP PRIMARY KEY, ADD id int AUTO_INCREMENT PRIMARY KEY, ADD INDEX (name) | lacks [a primary key on name alone]
            ALTER TABLE pawl_lock DROP PRIMARY KEY, ADD PRIMARY KEY (name(64))                         | lacks [a primary key on name alone]
            ALTER TABLE pawl_lock DROP PRIMARY KEY, ADD UNIQUE (name)                                  | lacks [a primary key on name alone]
            ALTER TABLE pawl_lock DROP PRIMARY KEY, ADD id int AUTO_INCREMENT PRIMARY KEY, ADD UNIQUE (name) | key id is the primary one
            ALTER TABLE pawl_lock ADD UNIQUE (owner)                                                   | key owner is unique
            ALTER TABLE pawl_lock MODIFY name varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL | name is varchar(255) utf8mb4_general_ci
            ALTER TABLE pawl_lock MODIFY name varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL | name is varchar(255) utf8mb4_bin
            ALTER TABLE pawl_lock MODIFY owner varchar(20) NOT NULL                                    | owner is varchar(20)
            ALTER TABLE pawl_lock MODIFY expires_at datetime NOT NULL                                  | expires_at is datetime
            ALTER TABLE pawl_lock MODIFY expires_at timestamp(6) NOT NULL                              | expires_at is timestamp(6)
            ALTER TABLE pawl_lock MODIFY token int NOT NULL                                            | token is int
            ALTER TABLE pawl_lock ENGINE = MEMORY                                                      | its engine is MEMORY
            ALTER TABLE pawl_lock ADD id int NOT NULL                                                  | id is int
            """)
    void mariaDbAndMySql_refuseAtTheStart(String alteration, String what) {
        refuses(TestedDatabase.MARIADB, alteration, what);
        refuses(TestedDatabase.MYSQL, alteration, what);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            ALTER TABLE pawl_lock DROP PRIMARY KEY                                      | lacks [a unique key on name alone]
            ALTER TABLE pawl_lock DROP PRIMARY KEY; ALTER TABLE pawl_lock ADD UNIQUE (name, owner) | lacks [a unique key on name alone]
            ALTER TABLE pawl_lock ALTER COLUMN name varchar_ignorecase(255) NOT NULL    | name is VARCHAR_IGNORECASE
            ALTER TABLE pawl_lock ALTER COLUMN expires_at timestamp(6) NOT NULL         | expires_at is TIMESTAMP
            ALTER TABLE pawl_lock ALTER COLUMN token int NOT NULL                       | token is INTEGER
            """)
    void h2_refusesAtTheStart(String alteration, String what) {
        refuses(TestedDatabase.H2, alteration, what);
    }

    @ParameterizedTest
    @EnumSource(TestedDatabase.class)
    void joinedLock_inATableWithoutAKey_isRefused(TestedDatabase database) throws Exception {
        SqlServer server = database.healed();
        clients.connect(server.url(), "pawl.jdbc.table=keyless");
        execute(
                server,
                database == TestedDatabase.POSTGRESQL
                        ? "ALTER TABLE keyless DROP CONSTRAINT keyless_pkey"
                        : "ALTER TABLE keyless DROP PRIMARY KEY");
        try (Connection transaction = server.admin()) {
            transaction.setAutoCommit(false);
            assertThatThrownBy(() -> JdbcLocks.in("pawl", "keyless").lock(transaction, "job", Duration.ZERO))
                    .isInstanceOf(LockConfigException.class)
                    .hasMessageContaining("key on name alone");
        }
    }

    // Databases that cannot have such a table

    @Test
    void databaseThatTakesAnEmptyTextForNull_isRefused_withTheReason() {
        SqlServer server = TestedDatabase.MARIADB.healed();
        for (String url : new String[] {
            server.url() + "&sessionVariables=sql_mode='EMPTY_STRING_IS_NULL'", "jdbc:h2:mem:oracle;MODE=Oracle"
        }) {
            assertThatThrownBy(() -> clients.connect(url))
                    .isInstanceOf(LockConfigException.class)
                    .hasMessageContaining("an empty text is NULL");
        }
    }

    @Test
    void h2OfAWeakCollation_isRefused_withTheReason() {
        assertThatThrownBy(() -> clients.connect("jdbc:h2:mem:weak;INIT=SET COLLATION ENGLISH STRENGTH PRIMARY"))
                .isInstanceOf(LockConfigException.class)
                .hasMessageContaining("collation");
    }

    @Test
    void h2ThatIgnoresCase_tellsNamesApartAllTheSame() {
        String url = "jdbc:h2:mem:ignoring;IGNORECASE=TRUE;DB_CLOSE_DELAY=-1";
        Bench.hold(clients.connect(url), "job");
        Bench.hold(clients.connect(url), "Job").close();
    }
}
