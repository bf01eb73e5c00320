package dev.pawl.lock.zookeeper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.server.ContainerManager;
import org.apache.zookeeper.server.DataNode;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.RequestProcessor;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;

/** A ZooKeeper server in this JVM, which lets a test do what only a server can: end a session, reap, count. */
final class TestServer implements AutoCloseable {

    static final Duration SESSION = Duration.ofSeconds(4);

    private static final int TICK_MILLIS = 200;
    private static final int CONNECTIONS = 1_000;

    private final Path directory;
    private final int port;
    private Running running;

    private record Running(ZooKeeperServer server, ServerCnxnFactory connections) {}

    private TestServer(Path directory, Duration longestSession) throws IOException, InterruptedException {
        this.directory = directory;
        running = run(directory, 0, longestSession);
        this.port = running.connections().getLocalPort();
    }

    static TestServer start() {
        return start(SESSION);
    }

    /** It grants no session more than this. */
    static TestServer start(Duration longestSession) {
        try {
            // What a test server writes need not survive a power cut.
            System.setProperty("zookeeper.forceSync", "no");
            System.setProperty("zookeeper.extendedTypesEnabled", "true");
            return new TestServer(Files.createTempDirectory("pawl-zookeeper-"), longestSession);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Running run(Path directory, int port, Duration longestSession)
            throws IOException, InterruptedException {
        ZooKeeperServer server = new ZooKeeperServer(directory.toFile(), directory.toFile(), TICK_MILLIS);
        server.setMaxSessionTimeout(Math.toIntExact(longestSession.toMillis()));
        ServerCnxnFactory connections = new NIOServerCnxnFactory();
        connections.configure(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECTIONS);
        connections.startup(server);
        return new Running(server, connections);
    }

    int port() {
        return port;
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    String url() {
        return "zookeeper://" + address() + "?sessionTimeout=" + SESSION.toMillis() + "ms";
    }

    ZooKeeperServer server() {
        return running.server();
    }

    /** Requests that have come in, pings included. */
    long packets() {
        return server().serverStats().getPacketsReceived();
    }

    /** How many requests some work costs, with sessions that do not ping meanwhile: the least of three times. */
    long packetsOf(Runnable work) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            long before = packets();
            work.run();
            least = Math.min(least, packets() - before);
        }
        return least;
    }

    /** The sessions that have ephemeral nodes, or have had none yet. */
    List<Long> sessions() {
        return List.copyOf(server().getSessionTracker().globalSessions());
    }

    /** Ends a session as the server does with one that it has not heard of for too long. */
    void expire(long session) {
        server().closeSession(session);
    }

    /** The session that made a node. */
    long ownerOf(String path) {
        return node(path).stat.getEphemeralOwner();
    }

    DataNode node(String path) {
        DataNode node = server().getZKDatabase().getDataTree().getNode(path);
        if (node == null) {
            throw new AssertionError("no node " + path);
        }
        return node;
    }

    List<String> children(String path) {
        DataNode node = server().getZKDatabase().getDataTree().getNode(path);
        if (node == null) {
            return List.of();
        }
        // What the server locks before it changes them.
        synchronized (node) {
            return node.getChildren().stream().sorted().toList();
        }
    }

    int watches() {
        return server().getZKDatabase().getDataTree().getWatchCount();
    }

    /** The nodes whose end somebody waits for. */
    Set<String> watched() {
        return server().getZKDatabase().getDataTree().getWatchesByPath().toMap().keySet();
    }

    /** Has the server count the children of a node as if it had had so many. */
    void setSequence(String path, int sequence) {
        node(path).stat.setCversion(sequence);
    }

    /** Removes empty container nodes, as the server does by itself once a minute. */
    void reapContainers() {
        try {
            new ContainerManager(server().getZKDatabase(), firstProcessor(), 1, Integer.MAX_VALUE).checkContainers();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private RequestProcessor firstProcessor() {
        return new RequestProcessor() {
            @Override
            public void processRequest(org.apache.zookeeper.server.Request request) {
                server().submitRequest(request);
            }

            @Override
            public void shutdown() {}
        };
    }

    /** Stops the server and loses its connections; its data stay. */
    void stop() {
        running.connections().shutdown();
    }

    void restart() {
        restart(SESSION);
    }

    /** From now on it grants no session more than this. */
    void restart(Duration longestSession) {
        stop();
        try {
            running = run(directory, port, longestSession);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** A client of its own, started. */
    CuratorFramework client() {
        return client(address());
    }

    static CuratorFramework client(String servers) {
        return client(servers, SESSION);
    }

    static CuratorFramework client(String servers, Duration session) {
        CuratorFramework client = CuratorFrameworkFactory.builder()
                .connectString(servers)
                .sessionTimeoutMs(Math.toIntExact(session.toMillis()))
                .connectionTimeoutMs(Math.toIntExact(SESSION.toMillis()))
                .retryPolicy(new RetryOneTime(100))
                .ensembleTracker(false)
                .build();
        client.start();
        return client;
    }

    /** Asks or does something with a session of its own. */
    <T> T ask(Question<T> question) {
        try (CuratorFramework client = client()) {
            return question.ask(client.getZookeeperClient().getZooKeeper());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Something asked of ZooKeeper. */
    @FunctionalInterface
    interface Question<T> {
        T ask(ZooKeeper handle) throws KeeperException, InterruptedException;
    }

    @Override
    public void close() {
        stop();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
