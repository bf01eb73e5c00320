package dev.pawl.lock.zookeeper;

import dev.pawl.lock.Lease;
import dev.pawl.lock.spi.BackendSettings;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.testkit.BackendFixture;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.ZooKeeperServers;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/** ZooKeeper, one server or several. They are shared with other test classes: closing this heals them. */
final class ZooKeeperFixture implements BackendFixture {

    private static final String NAMESPACE = "pawl";
    private static final Duration IO_LIMIT = Duration.ofSeconds(2);

    /** What follows the name of a lock in that of a semaphore's node. */
    static final String PERMITS = "@permits";

    /** The same of a reader-writer lock. */
    static final String READ_WRITE = "@read-write";

    /** By which the number of a write is shifted to make a token. */
    private static final int TOKEN_BITS = 10;

    /** Of this JVM's clients: long enough for a server to be started again. */
    static final Duration SESSION = Duration.ofSeconds(10);

    /** An ensemble promises a third of it at first: as much as one server. */
    static final Duration ENSEMBLE_SESSION = SESSION.multipliedBy(3);

    /**
     * Of child JVMs, which are killed: their locks are free when it has run out. No request of theirs may take longer: a JVM that has just been
     * started beside others gets its share of the machine late.
     */
    private static final Duration CHILD_SESSION = Bench.CHILD_LEASE;

    private final ZooKeeperServers servers;

    private final Duration session;

    ZooKeeperFixture(ZooKeeperServers servers, Duration session) {
        this.servers = servers;
        this.session = session;
    }

    private String urlWith(Duration timeout, Duration session) {
        return servers.url() + "?timeout=" + timeout.toMillis() + "ms&sessionTimeout=" + session.toMillis() + "ms";
    }

    @Override
    public LockBackend newBackend() {
        return new ZooKeeperBackendProvider()
                .create(new BackendSettings(urlWith(IO_LIMIT, session), null, null, NAMESPACE, Map.of()));
    }

    @Override
    public Optional<String> url() {
        return Optional.of(urlWith(CHILD_SESSION, CHILD_SESSION));
    }

    @Override
    public Duration ioLimit() {
        return IO_LIMIT;
    }

    @Override
    public int manyNames() {
        return 10_000;
    }

    @Override
    public OptionalInt connections() {
        return OptionalInt.of(servers.connections());
    }

    @Override
    public void loseLease(Lease lease) {
        servers.ask(handle -> {
            deleteFirst(handle, parent(lease.name()));
            return true;
        });
    }

    @Override
    public void takeOver(Lease lease) {
        String parent = parent(lease.name());
        servers.ask(handle -> {
            handle.create(
                    parent + "/somebody-else-",
                    new byte[0],
                    ZooDefs.Ids.OPEN_ACL_UNSAFE,
                    CreateMode.PERSISTENT_SEQUENTIAL);
            deleteFirst(handle, parent);
            return true;
        });
    }

    private static void deleteFirst(ZooKeeper handle, String parent) throws KeeperException, InterruptedException {
        List<String> line = handle.getChildren(parent, false).stream()
                .sorted(Comparator.comparing(child -> child.substring(child.length() - 10)))
                .toList();
        handle.delete(parent + "/" + line.get(0), -1);
    }

    @Override
    public void pauseService() {
        servers.pause();
    }

    @Override
    public void resumeService() {
        servers.resume();
    }

    @Override
    public void killService() {
        servers.kill();
    }

    @Override
    public void startService(boolean keepData) {
        servers.restart(keepData);
    }

    @Override
    public void cutWakeUps() {
        servers.cutConnections();
    }

    @Override
    public Optional<String> leftBehind(String name) {
        return childrenOf(parent(name));
    }

    @Override
    public Optional<String> permitsLeftBehind(String name) {
        return childrenOf(parent(name) + PERMITS);
    }

    @Override
    public Optional<String> readWriteLockLeftBehind(String name) {
        return childrenOf(parent(name) + READ_WRITE);
    }

    private Optional<String> childrenOf(String parent) {
        return servers.ask(handle -> {
            try {
                int nodes = handle.getChildren(parent, false).size();
                return nodes == 0 ? Optional.<String>empty() : Optional.of(nodes + " nodes under " + parent);
            } catch (KeeperException.NoNodeException e) {
                return Optional.<String>empty();
            }
        });
    }

    @Override
    public void losePermits(Lease permits) {
        deleteNodeOf(permits, parent(permits.name()) + PERMITS);
    }

    @Override
    public void loseReadWriteLock(Lease lease) {
        deleteNodeOf(lease, parent(lease.name()) + READ_WRITE);
    }

    /** A token tells the write that made the node. */
    private void deleteNodeOf(Lease lease, String parent) {
        servers.ask(handle -> {
            for (String child : handle.getChildren(parent, false)) {
                Stat stat = handle.exists(parent + "/" + child, false);
                if (stat != null && stat.getCzxid() == lease.token().value() >> TOKEN_BITS) {
                    handle.delete(parent + "/" + child, -1);
                    return true;
                }
            }
            throw new AssertionError("no node of " + lease);
        });
    }

    /** As {@code docs/} tells operators. */
    private static String parent(String name) {
        String segment = URLEncoder.encode(name, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A");
        return "/" + NAMESPACE + "/" + (segment.startsWith(".") ? "%2E" + segment.substring(1) : segment);
    }

    @Override
    public boolean tokensOutliveDataLoss() {
        return false;
    }

    @Override
    public void heal() {
        servers.heal();
    }

    @Override
    public void close() {
        servers.heal();
    }
}
