package dev.pawl.lock.fencing;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The fence table of PostgreSQL, where entering may ride in front of another statement. */
final class PostgresFence extends FenceTable {

    /** How many parameters the statement in front has. */
    private static final int PARAMETERS_IN_FRONT = 2;

    /** What a cast in {@code enter-in-front.sql} fails with, in the server's language but for this. */
    private static final Pattern STALE = Pattern.compile("pawl: stale, newest (\\d+)");

    private static final String INVALID_TEXT = "22P02";

    private final String enter;
    private final String inFront;

    PostgresFence(String table) {
        super("postgresql", table);
        enter = sql("enter");
        inFront = sql("enter-in-front") + ";\n";
    }

    @Override
    long enter(Connection transaction, String key, long token) throws SQLException {
        return ask(transaction, enter, key, token);
    }

    /** Runs a statement with the entering in front of it, in one round trip; returns how many rows it changed. */
    int update(Connection transaction, String key, long token, String sql, @Nullable Object... values)
            throws SQLException {
        try (PreparedStatement statement = transaction.prepareStatement(inFront + sql)) {
            statement.setString(1, key);
            statement.setLong(2, token);
            Statements.bind(statement, PARAMETERS_IN_FRONT + 1, values);
            boolean isRows = statement.execute();
            int count = -1;
            while (count < 0 && (isRows || statement.getUpdateCount() != -1)) {
                count = isRows ? count : statement.getUpdateCount();
                isRows = count < 0 && statement.getMoreResults();
            }
            return Math.max(0, count);
        }
    }

    /** The newest token in the error of a statement that was refused, or 0 if it is another error. */
    static long staleAgainst(SQLException e) {
        String text = e.getMessage();
        if (!INVALID_TEXT.equals(e.getSQLState()) || text == null) {
            return 0;
        }
        Matcher matcher = STALE.matcher(text);
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }

    /** What makes of a table one that refuses writes outside of an entered transaction. */
    static String triggerOn(String table, String argument) {
        return FenceSql.read("postgresql", "create-trigger", "")
                .replace("{protected}", table)
                .replace("{lock}", argument);
    }
}
