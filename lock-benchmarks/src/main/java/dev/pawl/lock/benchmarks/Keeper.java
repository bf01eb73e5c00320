package dev.pawl.lock.benchmarks;

import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Version;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.server.ZooKeeperServerMain;

/**
 * A ZooKeeper of its own that is measured on: one server, in a process of its own, so that its work is not counted as the
 * client's. It does not wait for the disk, which would be all that is measured.
 */
final class Keeper implements AutoCloseable {

    private static final int SESSION_MILLIS = 15_000;
    private static final int MOST_TRIES = 10;

    private final Path directory;
    private final Process server;
    private final String address;

    private Keeper(Path directory, Process server, String address) {
        this.directory = directory;
        this.server = server;
        this.address = address;
    }

    /** Starts one, which ends with {@link #close()}. */
    static Keeper start() throws IOException {
        Path directory = Files.createTempDirectory("pawl-keeper-");
        int port = freePort();
        Process server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-Dzookeeper.forceSync=no",
                        "-Dzookeeper.admin.enableServer=false",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ZooKeeperServerMain.class.getName(),
                        Integer.toString(port),
                        directory.resolve("data").toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(server::destroyForcibly));
        return new Keeper(directory, server, "127.0.0.1:" + port);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** A Pawl client with its own session. A server that begins may take a connection and never answer on it: it is tried again. */
    LockClient locks() {
        LockConfig config = LockConfig.builder().url("zookeeper://" + address).build();
        for (int tries = 1; ; tries++) {
            try {
                return LockClient.connect(config);
            } catch (LockBackendException e) {
                if (tries == MOST_TRIES) {
                    throw e;
                }
            }
        }
    }

    /** The floor's session. */
    ZooKeeper session() throws IOException {
        return new ZooKeeper(address, SESSION_MILLIS, event -> {});
    }

    /** The floor: the least that a lock on ZooKeeper can do, creating a node of the session and deleting it. */
    static Pair bare(ZooKeeper session, int number) {
        String path = "/bare-" + number;
        byte[] nothing = {};
        return () -> {
            try {
                session.create(path, nothing, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
                session.delete(path, -1);
            } catch (KeeperException e) {
                throw new IllegalStateException("the floor failed", e);
            }
        };
    }

    static String version() {
        return Version.getVersion();
    }

    @Override
    public void close() throws IOException {
        server.destroyForcibly().onExit().join();
        List<Path> files;
        try (Stream<Path> found = Files.walk(directory)) {
            files = found.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
    }
}
