package dev.pawl.lock.jdbc.internal.dialect;

import dev.pawl.lock.fencing.internal.SqlFiles;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One statement: a resource file of its dialect, whose comment lines name its parameters and its answer. In it {@code :name} is
 * a parameter, {@code IN (:names)} one for each element of a collection, {@code {table}} the lock table, {@code {permits}} the table of
 * permits that goes with it, and {@code {now}} the database's clock in microseconds since 1970.
 */
public final class Sql {

    private static final Pattern PARAMETER = Pattern.compile("(IN \\((?=:[a-z]+\\)))?(?<!:):([a-z]+)");
    /** Operators read the DDL there. */
    private static final SqlFiles FILES = new SqlFiles(Sql.class, "/dev/pawl/lock/jdbc/");

    private static final String NOW = "{now}";

    private final String name;
    private final String text;

    /** The text for a driver, unless a collection decides how many parameters it has. */
    private final String prepared;

    private final List<String> parameters = new ArrayList<>();
    private final boolean expands;

    private Sql(String name, String text) {
        this.name = name;
        this.text = text;
        boolean lists = false;
        Matcher matcher = PARAMETER.matcher(text);
        while (matcher.find()) {
            parameters.add(matcher.group(2));
            lists |= matcher.group(1) != null;
        }
        this.expands = lists;
        this.prepared = PARAMETER.matcher(text).replaceAll("?");
    }

    /** Reads a statement from the first of these folders that has it. */
    static Sql read(List<String> folders, String name, String table) {
        String text = FILES.read(folders, name, table).replace("{permits}", permitsTable(table));
        return new Sql(name, text.contains(NOW) ? text.replace(NOW, FILES.read(folders, "now", table)) : text);
    }

    /** The table of permits that goes with a lock table. */
    static String permitsTable(String table) {
        return table + "_permits";
    }

    /** The statement as an operator may run it; only for one without parameters. */
    public String text() {
        return text;
    }

    /** The statement with its parameters bound; a string, a number, or a collection of strings. */
    public PreparedStatement on(Connection connection, Map<String, ?> values) throws SQLException {
        return on(connection, values, Statement.NO_GENERATED_KEYS);
    }

    /** The same, and whether it is to give generated keys. */
    public PreparedStatement on(Connection connection, Map<String, ?> values, int keys) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(expands ? expanded(values) : prepared, keys);
        try {
            bind(statement, values);
            return statement;
        } catch (SQLException | RuntimeException e) {
            close(statement, e);
            throw e;
        }
    }

    private String expanded(Map<String, ?> values) {
        return PARAMETER.matcher(text).replaceAll(match -> {
            if (match.group(1) == null) {
                return "?";
            }
            int size = ((Collection<?>) value(values, match.group(2))).size();
            return "IN (" + String.join(", ", Collections.nCopies(size, "?"));
        });
    }

    private void bind(PreparedStatement statement, Map<String, ?> values) throws SQLException {
        int index = 1;
        for (String parameter : parameters) {
            Object value = value(values, parameter);
            if (value instanceof String string) {
                statement.setString(index++, string);
            } else if (value instanceof Number number) {
                statement.setLong(index++, number.longValue());
            } else if (!(value instanceof Collection<?> elements)) {
                throw new IllegalArgumentException(name + ": a " + value.getClass() + " for :" + parameter);
            } else if (expands) {
                for (Object element : elements) {
                    statement.setString(index++, (String) element);
                }
            } else {
                Object[] array = elements.toArray();
                statement.setArray(index++, statement.getConnection().createArrayOf("varchar", array));
            }
        }
    }

    private Object value(Map<String, ?> values, String parameter) {
        Object value = values.get(parameter);
        if (value == null) {
            throw new IllegalArgumentException(name + ": no value for :" + parameter);
        }
        return value;
    }

    private static void close(PreparedStatement statement, Exception primary) {
        try {
            statement.close();
        } catch (SQLException e) {
            primary.addSuppressed(e);
        }
    }

    /** Runs it for how many rows it changed. */
    public int update(Connection connection, Map<String, ?> values) throws SQLException {
        try (PreparedStatement statement = on(connection, values)) {
            return statement.executeUpdate();
        }
    }
}
