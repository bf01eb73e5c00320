package dev.pawl.lock.jdbc.internal.dialect;

import java.sql.Connection;
import java.sql.SQLException;

/** Opens another connection to the database; the caller closes it. */
@FunctionalInterface
public interface Connector {
    Connection open() throws SQLException;
}
