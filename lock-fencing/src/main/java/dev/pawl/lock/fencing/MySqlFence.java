package dev.pawl.lock.fencing;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** The fence table of MySQL, which answers by a second statement. */
final class MySqlFence extends FenceTable {

    private final String enter;
    private final String newest;

    MySqlFence(String table) {
        super(List.of("mysql", "innodb"), table);
        enter = sql("enter");
        newest = sql("newest");
    }

    @Override
    long enter(Connection transaction, String key, long token) throws SQLException {
        try (PreparedStatement statement = transaction.prepareStatement(enter)) {
            statement.setString(1, key);
            statement.setLong(2, token);
            statement.executeUpdate();
        }
        try (PreparedStatement statement = transaction.prepareStatement(newest)) {
            statement.setString(1, key);
            try (ResultSet rows = statement.executeQuery()) {
                if (!rows.next()) {
                    throw new SQLException("the fence table took the token and has no row of it");
                }
                return rows.getLong(1);
            }
        }
    }
}
