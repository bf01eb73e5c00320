package dev.pawl.lock.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The databases behind the connections of callers. Safe for use by several threads. */
final class Dialects {

    private final String table;

    /** What was found out, by the URL of the database. */
    private final ConcurrentMap<String, Dialect> known = new ConcurrentHashMap<>();

    Dialects(String table) {
        this.table = table;
    }

    Dialect of(Connection transaction) throws SQLException {
        String url = Objects.requireNonNullElse(transaction.getMetaData().getURL(), "");
        Dialect dialect = known.get(url);
        if (dialect == null) {
            dialect = Dialect.of(transaction, table);
            known.put(url, dialect);
        }
        return dialect;
    }
}
