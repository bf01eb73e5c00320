package dev.pawl.sample;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.h2.tools.Server;

/** The one database of all instances: H2 in the launcher's process, or one that you have. */
final class Database implements AutoCloseable {

    private final Server server;
    private final String url;
    private final String user;
    private final String password;

    private Database(Server server, String url, String user, String password) {
        this.server = server;
        this.url = url;
        this.user = user;
        this.password = password;
    }

    static Database embedded() throws SQLException {
        Server server = Server.createTcpServer("-tcpPort", "0", "-ifNotExists").start();
        String url = "jdbc:h2:tcp://localhost:" + server.getPort() + "/mem:sample;DB_CLOSE_DELAY=-1";
        return new Database(server, url, "sa", "");
    }

    static Database at(String url, String user, String password) {
        return new Database(null, url, user, password);
    }

    String url() {
        return url;
    }

    String user() {
        return user;
    }

    String password() {
        return password;
    }

    /** The tables, empty. Once, before the instances start. */
    void prepare(int instances) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, user, password);
                Statement statement = connection.createStatement()) {
            for (String table : new String[] {"stock", "calls", "report"}) {
                statement.execute("DROP TABLE IF EXISTS " + table);
            }
            statement.execute("CREATE TABLE stock (item VARCHAR(20) PRIMARY KEY, sold BIGINT NOT NULL)");
            statement.execute("CREATE TABLE calls (instance INT, item VARCHAR(20), n BIGINT NOT NULL,"
                    + " PRIMARY KEY (instance, item))");
            statement.execute("CREATE TABLE report (token BIGINT PRIMARY KEY, instance INT, sold BIGINT)");
            for (String item : Shop.ITEMS) {
                statement.execute("INSERT INTO stock VALUES ('" + item + "', 0)");
                for (int instance = 1; instance <= instances; instance++) {
                    statement.execute("INSERT INTO calls VALUES (" + instance + ", '" + item + "', 0)");
                }
            }
        }
    }

    @Override
    public void close() {
        if (server != null) {
            server.stop();
        }
    }
}
