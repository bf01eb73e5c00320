package dev.pawl.lock.zookeeper;

import dev.pawl.lock.spi.BackendFault;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.spi.TokenBlock;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.utils.ZKPaths;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.client.ConnectStringParser;

/** The conversation with one ZooKeeper, in the terms of locks. Safe for use by several threads. */
final class Service {

    private final CuratorFramework client;
    private final Sessions sessions;
    private final NodeRemover remover;
    private final String namespace;
    private final int chroot;
    private final String servers;
    private final Duration ioTimeout;

    Service(CuratorFramework client, ZooKeeperOptions options) {
        this.client = client;
        sessions = new Sessions(client, options.acl());
        remover = new NodeRemover(sessions);
        // Requests go to ZooKeeper's own handle, which knows of the chroot, but not of Curator's namespace.
        String outer = client.getNamespace();
        namespace = ZKPaths.makePath(outer == null ? "" : outer, options.namespace());
        String whereTo = client.getZookeeperClient().getCurrentConnectionString();
        chroot = chrootOf(whereTo);
        servers = whereTo.replaceFirst("/.*", "");
        ioTimeout = options.ioTimeout();
    }

    private static int chrootOf(String whereTo) {
        int slash = whereTo.indexOf('/');
        return slash < 0 ? 0 : whereTo.substring(slash).getBytes(StandardCharsets.UTF_8).length;
    }

    /** The path of the node under which all locks are. */
    String namespace() {
        return namespace;
    }

    /** How many bytes the chroot adds to each path at the service. */
    int chroot() {
        return chroot;
    }

    Sessions sessions() {
        return sessions;
    }

    NodeRemover remover() {
        return remover;
    }

    Duration ioTimeout() {
        return ioTimeout;
    }

    // --- beginning and end -------------------------------------------------------------------------------------

    /** Returns when the service has answered and its namespace is there. */
    void begin(Duration patience) {
        try {
            if (!client.blockUntilConnected(Math.toIntExact(patience.toMillis()), TimeUnit.MILLISECONDS)) {
                throw KeeperException.create(Code.CONNECTIONLOSS);
            }
            sessions.begin();
            sessions.inPresent(this::findNamespace).get(ioTimeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failedToBegin(e);
        } catch (ExecutionException | TimeoutException | KeeperException | RuntimeException e) {
            throw failedToBegin(e);
        }
    }

    private BackendFault failedToBegin(Exception failure) {
        sessions.close();
        List<String> unknown = sessions.server() == null ? namesWithoutAnAddress() : List.of();
        Exception cause = unknown.isEmpty()
                ? failure
                : new Faults.Refused(
                        "cannot be reached: no address is known for " + String.join(", ", unknown), failure);
        return Faults.translate(asked(), cause);
    }

    /** Of those who are named, or, once there is a connection, the one that it leads to. */
    private String asked() {
        String server = sessions.server();
        return server == null ? servers : server;
    }

    /** ZooKeeper's client says of whatever fails that it lost the connection. It has just looked the names up, so the JVM knows. */
    private List<String> namesWithoutAnAddress() {
        return new ConnectStringParser(servers)
                .getServerAddresses().stream()
                        .filter(server ->
                                new InetSocketAddress(server.getHostString(), server.getPort()).isUnresolved())
                        .map(InetSocketAddress::getHostString)
                        .toList();
    }

    private CompletableFuture<Void> findNamespace(Session session) {
        return session.stat(namespace, false)
                .thenCompose(stat -> stat == null ? makeNamespace(session) : CompletableFuture.completedFuture(null));
    }

    /** Makes the namespace's node and those above it, all in one round trip. */
    CompletableFuture<Void> makeNamespace(Session session) {
        List<CompletableFuture<Void>> made = new ArrayList<>(2);
        for (int end = namespace.indexOf('/', 1); end > 0; end = namespace.indexOf('/', end + 1)) {
            made.add(session.createIfMissing(namespace.substring(0, end), CreateMode.PERSISTENT));
        }
        made.add(session.createIfMissing(namespace, CreateMode.PERSISTENT));
        return CompletableFuture.allOf(made.toArray(CompletableFuture<?>[]::new))
                .exceptionally(failure -> {
                    throw new CompletionException(
                            Faults.codeOf(failure) == Code.NONODE
                                    ? new Faults.Refused("has no node for the chroot of the URL; create it first")
                                    : Faults.unwrap(failure));
                });
    }

    void close() {
        sessions.close();
    }

    // --- locks -------------------------------------------------------------------------------------------------

    /** An answer within the I/O time limit, or what went wrong. */
    <T> CompletableFuture<T> answered(CompletableFuture<T> running) {
        if (running.isDone() && !running.isCompletedExceptionally()) {
            return running;
        }
        return Pauses.within(ioTimeout, running).exceptionally(failure -> {
            boolean away = Faults.unwrap(failure) instanceof TimeoutException && !sessions.isConnected();
            Throwable cause = away ? KeeperException.create(Code.CONNECTIONLOSS) : failure;
            throw Faults.translate(asked(), cause);
        });
    }

    /** A write that the leader has to agree to and that changes nothing: no name is written as {@code #} alone. */
    CompletableFuture<Boolean> ping() {
        return sessions.inPresent(session -> session.delete(namespace + "/#"));
    }

    /** Who holds which lock. */
    Holders holders() {
        return new Holders(sessions, namespace);
    }

    CompletableFuture<ReleaseOutcome> release(ZooKeeperGrant grant) {
        return remover.remove(grant.queueNode())
                .thenApply(there -> there ? ReleaseOutcome.RELEASED : ReleaseOutcome.NOT_HELD);
    }

    /** Waits for no answer while the watch of the children has nothing to tell. */
    CompletableFuture<Optional<TokenBlock>> extend(ZooKeeperGrant grant, int tokens) {
        QueueNode queueNode = grant.queueNode();
        if (!queueNode.session().isAlive()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        if (queueNode.isKnownToBeAlone()) {
            getNextBlock(grant);
            return CompletableFuture.completedFuture(grant.more(tokens));
        }
        return readLine(queueNode)
                .thenApply(snapshot -> isAlone(snapshot, queueNode) ? grant.more(tokens) : Optional.empty());
    }

    private static boolean isAlone(QueueSnapshot snapshot, QueueNode queueNode) {
        return snapshot.others() == 0 && snapshot.has(queueNode);
    }

    /**
     * Long before it is needed. A write and a reading behind it leave together: who is not in the line by then will have a later
     * number than that write. An unknown outcome is none, and leaves nothing.
     */
    private static void getNextBlock(ZooKeeperGrant grant) {
        if (!grant.wantsNextBlock()) {
            return;
        }
        QueueNode queueNode = grant.queueNode();
        CompletableFuture<Long> written = queueNode.session().touch(queueNode.path(), Label.of(queueNode.contest()));
        var unused = readLine(queueNode).thenAcceptBoth(written, (snapshot, number) -> {
            if (isAlone(snapshot, queueNode)) {
                grant.nextBlock(number);
            } else {
                grant.noNextBlock();
            }
        });
    }

    /** Reads the line of a hold, and watches it again. */
    private static CompletableFuture<QueueSnapshot> readLine(QueueNode queueNode) {
        return queueNode
                .session()
                .watchChildren(queueNode.where().parent(), queueNode::remember)
                .thenApply(queueNode::snapshot);
    }

    /** One request for all holds of a session, and one for each whose lock has seen others come or go since the last. */
    CompletableFuture<Map<Grant, RenewalOutcome>> renew(Collection<ZooKeeperGrant> due) {
        long since = System.nanoTime();
        Map<Session, CompletableFuture<Void>> proofs = new HashMap<>();
        Map<Grant, CompletableFuture<RenewalOutcome>> answers = new HashMap<>();
        for (ZooKeeperGrant grant : due) {
            Session session = grant.queueNode().session();
            CompletableFuture<Void> liveness = proofs.computeIfAbsent(session, this::prove);
            CompletableFuture<RenewalOutcome> outcome = grant.queueNode().isUnsure()
                    ? liveness.thenCombine(find(grant.queueNode()), (kept, found) -> found)
                    : liveness.thenCompose(kept -> stillThere(grant.queueNode()));
            answers.put(grant, outcome.thenApply(known -> {
                if (known == RenewalOutcome.RENEWED) {
                    grant.renewed(since);
                }
                return known;
            }));
        }
        return CompletableFuture.allOf(answers.values().toArray(CompletableFuture<?>[]::new))
                .handle((all, failure) -> outcomes(answers));
    }

    private CompletableFuture<Void> prove(Session session) {
        session.look();
        return session.isAlive()
                ? session.sync(namespace)
                : CompletableFuture.failedFuture(KeeperException.create(Code.SESSIONEXPIRED));
    }

    /** What had happened before the proof has been told before it. */
    private static CompletableFuture<RenewalOutcome> stillThere(QueueNode queueNode) {
        return queueNode.isUnsure() ? find(queueNode) : CompletableFuture.completedFuture(RenewalOutcome.RENEWED);
    }

    /** Whether the node is there, or who is. */
    private static CompletableFuture<RenewalOutcome> find(QueueNode queueNode) {
        return Futures.after(readLine(queueNode), (snapshot, failure) -> {
            if (failure == null) {
                return CompletableFuture.completedFuture(
                        snapshot.has(queueNode) ? RenewalOutcome.RENEWED : queueNode.withoutIt(snapshot));
            }
            return Faults.codeOf(failure) == Code.NONODE
                    ? CompletableFuture.completedFuture(RenewalOutcome.NOT_HELD)
                    : CompletableFuture.failedFuture(failure);
        });
    }

    /** One failed request is one unknown outcome; when all fail, their reason is worth more than a map of unknowns. */
    private static Map<Grant, RenewalOutcome> outcomes(Map<Grant, CompletableFuture<RenewalOutcome>> answers) {
        Map<Grant, RenewalOutcome> outcomes = new HashMap<>();
        answers.forEach((grant, answer) -> {
            if (!answer.isCompletedExceptionally()) {
                outcomes.put(grant, answer.join());
            }
        });
        if (outcomes.isEmpty() && !answers.isEmpty()) {
            answers.values().iterator().next().join();
        }
        return outcomes;
    }
}
