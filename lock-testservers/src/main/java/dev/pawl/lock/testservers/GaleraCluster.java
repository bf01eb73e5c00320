package dev.pawl.lock.testservers;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/** Two nodes of a Galera cluster of MariaDB, both written to. They run in Docker only, as {@link MariaDbServer} does. */
public final class GaleraCluster implements AutoCloseable {

    /** The second node takes over a whole copy of the first one's data. */
    private static final Duration JOINED_WITHIN = Duration.ofSeconds(100);

    private static final String START = ServerNode.NOT_AS_ROOT + """
            set -e
            mariadb-install-db --no-defaults --datadir="$PWD" --innodb-log-file-size=16M --skip-test-db \
                --auth-root-authentication-method=normal
            cat >../init.sql <<'END'
            CREATE DATABASE IF NOT EXISTS %1$s;
            CREATE USER IF NOT EXISTS %2$s@'%%' IDENTIFIED BY '%3$s';
            GRANT ALL ON *.* TO %2$s@'%%' WITH GRANT OPTION;
            END
            exec mariadbd --no-defaults --datadir="$PWD" --socket="$PWD/socket" --port=%4$d --bind-address="$ADDRESS" \
                --innodb-log-file-size=16M --innodb-flush-log-at-trx-commit=2 --skip-name-resolve \
                --character-set-server=utf8mb4 --binlog-format=ROW --innodb-autoinc-lock-mode=2 \
                --wsrep-on=ON --wsrep-provider=/usr/lib/galera/libgalera_smm.so --wsrep-node-address=127.0.0.1 \
                --wsrep-sst-method=rsync --wsrep-sst-receive-address=127.0.0.1:448%5$d --wsrep-provider-options=\
            "gmcast.listen_addr=tcp://127.0.0.1:456%5$d;ist.recv_addr=127.0.0.1:457%5$d;gcache.size=8M" %6$s
            """;

    private final List<Integer> ports = FreePorts.take(2);
    private final DockerProcesses processes = new DockerProcesses("mariadb", ports);

    private GaleraCluster() {}

    /**
     * Starts a cluster.
     *
     * @return two nodes that answer, closed by the caller
     * @throws IllegalStateException if there is an {@linkplain MariaDbServer#obstacle() obstacle}
     */
    public static GaleraCluster start() {
        MariaDbServer.obstacle().ifPresent(obstacle -> {
            throw new IllegalStateException("MariaDB is left out: " + obstacle);
        });
        GaleraCluster cluster = new GaleraCluster();
        try {
            cluster.startNode(
                    0, "--init-file=\"$PWD/../init.sql\" --wsrep-cluster-address=gcomm:// --wsrep-new-cluster");
            cluster.startNode(1, "--wsrep-cluster-address=gcomm://127.0.0.1:4560");
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    private void startNode(int node, String joining) {
        String start =
                START.formatted(SqlServer.DATABASE, SqlServer.USER, SqlServer.PASSWORD, ports.get(node), node, joining);
        processes.start(List.of(new ServerNode(ports.get(node), Map.of(), start, "")), false);
        Awaitility.await("node " + node + " answers")
                .atMost(JOINED_WITHIN)
                .ignoreExceptions()
                .until(() -> isReady(node));
    }

    private boolean isReady(int node) throws SQLException {
        try (Connection connection = connect(node)) {
            return SqlServer.strings(
                            connection,
                            "SELECT variable_value FROM information_schema.global_status"
                                    + " WHERE variable_name = 'WSREP_READY'")
                    .contains("ON");
        }
    }

    /**
     * Where an application reaches a node.
     *
     * @param node 0 or 1
     * @return a URL with user and password
     */
    public String url(int node) {
        return SqlServer.withCredentials("jdbc:mariadb://127.0.0.1:" + ports.get(node) + "/" + SqlServer.DATABASE);
    }

    /**
     * A connection to one of the nodes.
     *
     * @param node 0 or 1
     * @return a connection, closed by the caller
     * @throws SQLException if it cannot be had
     */
    public Connection connect(int node) throws SQLException {
        return DriverManager.getConnection(url(node));
    }

    @Override
    public void close() {
        processes.close();
    }
}
