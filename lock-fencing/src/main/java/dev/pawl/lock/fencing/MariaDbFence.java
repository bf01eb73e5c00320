package dev.pawl.lock.fencing;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** The fence table of MariaDB, where a statement that writes can answer. */
final class MariaDbFence extends FenceTable {

    private final String enter;

    MariaDbFence(String table) {
        super(List.of("mariadb", "innodb"), table);
        enter = sql("enter");
    }

    @Override
    long enter(Connection transaction, String key, long token) throws SQLException {
        return ask(transaction, enter, key, token);
    }
}
