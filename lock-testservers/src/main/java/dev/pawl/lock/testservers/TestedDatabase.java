package dev.pawl.lock.testservers;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;

/** What a case that is the same on several databases runs on. */
public enum TestedDatabase {
    POSTGRESQL("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"),
    MARIADB("SELECT count(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"),
    MYSQL("SELECT count(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"),
    H2("SELECT count(blocker_id) FROM information_schema.sessions");

    /**
     * The least time between two looks at who waits for whom. InnoDB shows that from a copy, which it makes anew only when nobody has read it
     * for 100 ms: whoever looks more often sees for ever what was there at first.
     */
    public static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

    private final String blockedSessions;

    TestedDatabase(String blockedSessions) {
        this.blockedSessions = blockedSessions;
    }

    /** A query for how many sessions wait for a row, to be asked at most once in {@link #BETWEEN_LOOKS}. */
    public String blockedSessions() {
        return blockedSessions;
    }

    /** Its server, empty; where there is none on this machine the case is skipped. */
    public SqlServer healed() {
        assumeTrue(this != MARIADB || MariaDbServer.isAvailable(), "MariaDB runs in Docker only");
        assumeTrue(this != MYSQL || MySqlServer.isAvailable(), "MySQL runs in Docker only");
        server().heal();
        return server();
    }

    /** Its server. */
    public SqlServer server() {
        return switch (this) {
            case POSTGRESQL -> PostgresServer.shared();
            case MARIADB -> MariaDbServer.shared();
            case MYSQL -> MySqlServer.shared();
            case H2 -> H2Server.shared();
        };
    }
}
