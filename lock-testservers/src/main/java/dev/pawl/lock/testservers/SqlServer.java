package dev.pawl.lock.testservers;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Callable;

/**
 * A database server. Everything that its URLs name, user and password included, stays the same for its life.
 *
 * <p>What the fixture asks of or does to the server goes through a connection of its own, opened for it, which counts as
 * nobody's.
 */
public abstract sealed class SqlServer implements ServerFixture permits PostgresServer, MySqlFamilyServer, H2Server {

    static final String DATABASE = "pawl";
    static final String USER = "pawl";
    static final String PASSWORD = "pawl-secret";

    final int port;
    private final ServerProcesses processes;
    private boolean running;

    SqlServer(int port, ServerProcesses processes) {
        this.port = port;
        this.processes = processes;
    }

    /**
     * {@inheritDoc}
     *
     * @return {@link #jdbcUrl()} with user and password
     */
    @Override
    public String url() {
        return withCredentials(jdbcUrl());
    }

    static String withCredentials(String jdbcUrl) {
        return jdbcUrl + "?user=" + USER + "&password=" + PASSWORD;
    }

    /**
     * The database's URL for JDBC.
     *
     * @return a URL without parameters
     */
    public abstract String jdbcUrl();

    /**
     * Where the server listens at 127.0.0.1.
     *
     * @return the port
     */
    public final int port() {
        return port;
    }

    /**
     * Who may do everything in the database.
     *
     * @return the user's name
     */
    public final String user() {
        return USER;
    }

    /**
     * The password of {@link #user()}.
     *
     * @return the password
     */
    public final String password() {
        return PASSWORD;
    }

    /** What to start. */
    abstract ServerNode node();

    /** Who the fixture's own connections belong to, and limits for their waits: the names are the driver's. */
    abstract Properties adminProperties();

    /** Ends the connections of all clients, and removes what they have made. */
    abstract void empty(Connection admin) throws SQLException;

    /** Ends the connections of all clients. */
    abstract void cutConnections(Connection admin) throws SQLException;

    /** A query for the number of the clients' connections. */
    abstract String countOfConnections();

    /** Has new connections of clients take no writes, for their whole life; says nothing of those that are open. */
    void refuseWrites(Connection admin) throws SQLException {
        throw new UnsupportedOperationException("this server is never demoted");
    }

    /** Ends {@link #refuseWrites} for connections that are made from now on. */
    void takeWrites(Connection admin) throws SQLException {
        throw new UnsupportedOperationException("this server is never demoted");
    }

    /** Called before a server that runs is killed. */
    void beforeKill() {}

    /** Whether a line of the log is a problem that the server reports. */
    abstract boolean isProblem(String logLine);

    /**
     * Connects as one who may do everything, with a few seconds' patience.
     *
     * @return a connection that {@link #connections()} does not count and {@link #cutConnections()} does not cut, closed by
     *     the caller
     * @throws SQLException if the server does not answer
     */
    public final Connection admin() throws SQLException {
        return DriverManager.getConnection(jdbcUrl(), adminProperties());
    }

    /**
     * Asks the database something, as {@link #admin()}.
     *
     * @param <T> type of the answer
     * @param question what to ask; must not keep the connection
     * @return the answer
     * @throws IllegalStateException if the database cannot answer
     */
    public final <T> T ask(SqlQuestion<T> question) {
        try (Connection connection = admin()) {
            return question.ask(connection);
        } catch (SQLException e) {
            throw new IllegalStateException("the database did not answer: " + e.getMessage(), e);
        }
    }

    /**
     * How many connections the clients have open.
     *
     * @return the count
     */
    public final int connections() {
        return ask(
                admin -> Integer.parseInt(strings(admin, countOfConnections()).get(0)));
    }

    /**
     * What the server has logged of its clients' problems, and of its own, since it was last {@linkplain #clearLog() cleared}:
     * errors with the statements that caused them, PostgreSQL's warnings, the deadlocks of MariaDB and MySQL.
     *
     * @return the lines
     */
    public final synchronized List<String> log() {
        return processes.log(port).stream().filter(this::isProblem).toList();
    }

    /** The first column of what a query yields. */
    static List<String> strings(Connection admin, String query) throws SQLException {
        try (Statement statement = admin.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> strings = new ArrayList<>();
            while (rows.next()) {
                strings.add(rows.getString(1));
            }
            return strings;
        }
    }

    static void execute(Connection admin, String... statements) throws SQLException {
        try (Statement statement = admin.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    final void run(SqlAction action) {
        ask(admin -> {
            action.run(admin);
            return true;
        });
    }

    /** A question without an answer. */
    interface SqlAction {
        void run(Connection admin) throws SQLException;
    }

    @Override
    public final synchronized void kill() {
        if (running) {
            beforeKill();
            processes.signal(Signal.KILL, List.of(port));
            running = false;
        }
    }

    @Override
    public final synchronized void restart(boolean keepData) {
        kill();
        processes.start(List.of(node()), keepData);
        running = true;
        await("the server does not answer", this::answers);
    }

    final void await(String otherwise, Callable<Boolean> condition) {
        processes.await(otherwise, List.of(port), condition);
    }

    private boolean answers() {
        return ask(admin -> admin.isValid(0));
    }

    @Override
    public final synchronized void pause() {
        if (running) {
            processes.signal(Signal.STOP, List.of(port));
        }
    }

    @Override
    public final synchronized void resume() {
        if (running) {
            processes.signal(Signal.CONT, List.of(port));
        }
    }

    @Override
    public final void cutConnections() {
        run(this::cutConnections);
    }

    /**
     * Ends every client's connection, and has those that are made from now on take no writes, for their whole life: as a server
     * that was demoted does, to which the address still leads.
     */
    public final void demote() {
        run(admin -> {
            refuseWrites(admin);
            cutConnections(admin);
        });
    }

    /** Has new connections take writes again, as where the address leads to another server; those made meanwhile still do not. */
    public final void promote() {
        run(this::takeWrites);
    }

    @Override
    public final synchronized void heal() {
        resume();
        if (!running || !isEmptied()) {
            restart(false);
        }
    }

    /** Forgets what the server has logged. Not a part of healing: in a container it costs a process. */
    public final synchronized void clearLog() {
        processes.clearLog(port);
    }

    private boolean isEmptied() {
        try {
            run(this::empty);
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    @Override
    public final synchronized void close() {
        running = false;
        processes.close();
    }
}
