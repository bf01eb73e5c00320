package dev.pawl.lock.fencing;

import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The fence table of PostgreSQL, where entering may ride in front of another statement. */
final class PostgresFence extends FenceTable {

    /** How many parameters the statement in front has. */
    private static final int PARAMETERS_IN_FRONT = 2;

    /** What a cast in {@code enter-in-front.sql} fails with, in the server's language but for this. */
    private static final Pattern STALE =
            Pattern.compile("pawl: stale, newest (\\d{1,19}) is over (\\d{1,19}) of lock ");

    private static final List<String> FOLDERS = List.of("postgresql");

    private static final String INVALID_TEXT = "22P02";

    private final String enter;
    private final String inFront;
    private final Pattern ownName;

    PostgresFence(String table) {
        super(FOLDERS, table);
        enter = sql("enter");
        inFront = sql("enter-in-front") + ";\n";
        ownName = Pattern.compile("(?<![\\w.$])" + Pattern.quote(table) + "(?![\\w.$])", Pattern.CASE_INSENSITIVE);
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
            if (!isRows) {
                throw new SQLException("the fence table took the token and did not answer");
            }
            return Statements.changed(statement, statement.getMoreResults());
        }
    }

    /**
     * The newest token in the error of a statement that was refused, or 0 if it is another error: a value of the statement behind it
     * may be no number either, and may even be a text that this has said of another token.
     */
    static long staleAgainst(SQLException e, String key, long token) {
        String text = e.getMessage();
        if (!INVALID_TEXT.equals(e.getSQLState()) || text == null) {
            return 0;
        }
        Matcher matcher = STALE.matcher(text);
        while (matcher.find()) {
            BigInteger newest = new BigInteger(matcher.group(1));
            boolean ofThis = matcher.group(2).equals(Long.toString(token)) && text.startsWith(key + ";", matcher.end());
            if (ofThis && newest.bitLength() < Long.SIZE && newest.longValue() > token) {
                return newest.longValue();
            }
        }
        return 0;
    }

    /** Whether it is the fence table that is missing, and not one with a name like it. */
    boolean isMissing(SQLException e) {
        String text = e.getMessage();
        return Statements.isMissingTable(e)
                && text != null
                && ownName.matcher(text).find();
    }

    /**
     * What makes of a table one that refuses writes outside of an entered transaction.
     *
     * @param schema where the table is, as it stands in a statement
     */
    static String triggerOn(String schema, String table, String argument) {
        return FILES.read(FOLDERS, "create-trigger", "")
                .replace("{function}", schema + ".pawl_entered_only")
                .replace("{protected}", table)
                .replace("{lock}", argument);
    }

    /**
     * What makes of a table of this database one that refuses writes outside of a transaction that has entered a lock, or any.
     *
     * @throws SQLException if there is no such table, or it is written through another one
     */
    static String triggerOn(Connection connection, String table, @Nullable String lock) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FILES.read(FOLDERS, "find-table", ""))) {
            statement.setString(1, table);
            try (ResultSet rows = statement.executeQuery()) {
                if (!rows.next()) {
                    throw new SQLException("there is no table " + table, "42P01");
                }
                String parent = rows.getString(2);
                if (parent != null) {
                    throw new SQLException(
                            "it is a part of table " + parent + ", and writes to that one would pass by its trigger:"
                                    + " protect " + parent,
                            "0A000");
                }
                String argument = lock == null ? "" : literal(FenceKeys.of(lock, rows.getBoolean(3)));
                return triggerOn(rows.getString(1), table, argument);
            }
        }
    }

    /** Text as a literal, whatever {@code standard_conforming_strings} says. */
    static String literal(String text) {
        return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'";
    }
}
