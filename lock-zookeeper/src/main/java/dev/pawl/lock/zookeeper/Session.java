package dev.pawl.lock.zookeeper;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;

/**
 * One session, which is one handle of ZooKeeper's client: its requests reach the service in order and are answered in order,
 * through reconnects too. It ends once, and whatever it held at the service ends with it; a new handle is another session.
 *
 * <p>Answers and events come on the handle's event thread, one after the other. Safe for use by several threads.
 */
final class Session implements Watcher {

    private static final byte[] NO_DATA = {};

    private final ZooKeeper handle;
    private final List<ACL> acl;
    private final Room room;

    /** Who is to hear of a change of a node, by its path. */
    private final ConcurrentMap<String, Set<QueueNode>> watching = new ConcurrentHashMap<>();

    private final SessionLiveness liveness = new SessionLiveness(System.nanoTime());

    /** The timeout that all who hold have been measured by. */
    private final AtomicLong measuredBy = new AtomicLong();

    private final AtomicBoolean ended = new AtomicBoolean();

    /** Whether the server is no member of an ensemble, so that no read of it can be old. */
    private volatile boolean alone;

    Session(ZooKeeper handle, List<ACL> acl) {
        this.handle = handle;
        this.acl = acl;
        room = Room.of(handle);
    }

    /** Asks whether the server has others. Until that is answered, it is taken to have some. */
    void begin() {
        handle.getConfig(
                false,
                (rc, path, context, data, stat) ->
                        alone = rc == Code.OK.intValue() && (data == null || data.length == 0),
                null);
    }

    boolean isOf(ZooKeeper other) {
        return handle == other;
    }

    /** Whether the session may go on. False is final: everything it had is lost, or will be by itself. */
    boolean isAlive() {
        return !ended.get() && handle.getState().isAlive();
    }

    /** What its nodes may take. */
    Room room() {
        return room;
    }

    /** Which server it speaks to, for a message; its session id and what else the handle tells are nobody's business. */
    @Nullable
    String server() {
        return Faults.serverIn(handle.toString());
    }

    // --- how long it lasts -------------------------------------------------------------------------------------

    /** What the service has granted as session timeout, in nanoseconds. */
    long timeout() {
        return TimeUnit.MILLISECONDS.toNanos(handle.getSessionTimeout());
    }

    /** How long after this instant the service keeps the session if it hears nothing more; negative if it may have ended. */
    long keptAfter(long instant) {
        return timeout() - Math.max(0, instant - liveness.provenAt());
    }

    /** Whether a lease that begins at this instant would have most of the time that another request could give it. */
    boolean isFresh(long instant) {
        return keptAfter(instant) >= (alone ? timeout() / 3 * 2 : timeout() / 3);
    }

    /** A write or a {@code sync} was answered: the leader has agreed to it. */
    private void acknowledged(long sentAt) {
        if (alone) {
            liveness.proven(sentAt);
        } else {
            liveness.acknowledged(sentAt, System.nanoTime(), timeout());
        }
    }

    private void read(long sentAt) {
        if (alone) {
            liveness.proven(sentAt);
        } else {
            liveness.answered(sentAt, System.nanoTime(), timeout());
        }
    }

    // --- requests ----------------------------------------------------------------------------------------------

    /**
     * A node that was made.
     *
     * @param path its path, with the sequence number
     * @param czxid the number of the write that made it: ordered over all writes of the service
     */
    record Created(String path, long czxid) {}

    /**
     * Makes a node.
     *
     * @param data what is in it
     * @param known what to do with it, on the event thread: before any later answer or event
     */
    <T> CompletableFuture<T> create(String path, byte[] data, CreateMode mode, Function<Created, T> known) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        long sentAt = System.nanoTime();
        handle.create(
                path,
                data,
                acl,
                mode,
                (rc, asked, context, name, stat) -> {
                    if (isOk(rc)) {
                        acknowledged(sentAt);
                        answer.complete(known.apply(new Created(name, stat.getCzxid())));
                    } else {
                        fail(answer, rc);
                    }
                },
                null);
        return answer;
    }

    /** Makes a node that may be there already. */
    CompletableFuture<Void> createIfMissing(String path, CreateMode mode) {
        return Futures.after(create(path, NO_DATA, mode, created -> created), (created, failure) -> {
            Code code = Faults.codeOf(failure);
            return failure == null || code == Code.NODEEXISTS
                    ? CompletableFuture.completedFuture(null)
                    : CompletableFuture.failedFuture(failure);
        });
    }

    /** Reads the names of the children. */
    CompletableFuture<List<String>> children(String path) {
        return children(path, null, names -> {});
    }

    /**
     * Reads the names of the children, and has {@link QueueNode#changed} told of the next change.
     *
     * @param known what to do then, on the event thread: before any later answer or event
     */
    CompletableFuture<List<String>> watchChildren(String path, Consumer<List<String>> known) {
        return children(path, this, known);
    }

    private CompletableFuture<List<String>> children(
            String path, @Nullable Watcher watcher, Consumer<List<String>> known) {
        CompletableFuture<List<String>> answer = new CompletableFuture<>();
        long sentAt = System.nanoTime();
        handle.getChildren(
                path,
                watcher,
                (rc, asked, context, children) -> {
                    if (isOk(rc)) {
                        read(sentAt);
                        known.accept(children);
                        answer.complete(children);
                    } else {
                        fail(answer, rc);
                    }
                },
                null);
        return answer;
    }

    /** Reads the children as they are now, at whichever server. One round trip. */
    CompletableFuture<List<String>> childrenNow(String path) {
        if (alone) {
            return children(path);
        }
        CompletableFuture<Void> synced = sync(path);
        return children(path).thenCombine(synced, (children, done) -> children);
    }

    /**
     * Reads what is known of a node; null if there is none. With a watch, {@link QueueNode#changed} is told of its end. Not
     * {@code exists}, whose watch would stay for ever on a node that is gone.
     */
    CompletableFuture<@Nullable Stat> stat(String path, boolean watch) {
        CompletableFuture<@Nullable Stat> answer = new CompletableFuture<>();
        long sentAt = System.nanoTime();
        handle.getData(
                path,
                watch ? this : null,
                (rc, asked, context, data, stat) -> {
                    if (isOk(rc) || rc == Code.NONODE.intValue()) {
                        read(sentAt);
                        answer.complete(isOk(rc) ? stat : null);
                    } else {
                        fail(answer, rc);
                    }
                },
                null);
        return answer;
    }

    /**
     * Writes to a node, and tells the number of that write.
     *
     * @param data what is in it
     */
    CompletableFuture<Long> touch(String path, byte[] data) {
        CompletableFuture<Long> answer = new CompletableFuture<>();
        long sentAt = System.nanoTime();
        handle.setData(
                path,
                data,
                -1,
                (rc, asked, context, stat) -> {
                    if (isOk(rc)) {
                        acknowledged(sentAt);
                        answer.complete(stat.getMzxid());
                    } else {
                        fail(answer, rc);
                    }
                },
                null);
        return answer;
    }

    /**
     * A node that was read.
     *
     * @param label what the client that made it calls itself
     * @param stat what the service says of it
     */
    record Found(String label, Stat stat) {}

    /** Reads a node; null if there is none. */
    CompletableFuture<@Nullable Found> read(String path) {
        CompletableFuture<@Nullable Found> answer = new CompletableFuture<>();
        long sentAt = System.nanoTime();
        handle.getData(
                path,
                false,
                (rc, asked, context, data, stat) -> {
                    if (isOk(rc) || rc == Code.NONODE.intValue()) {
                        read(sentAt);
                        answer.complete(isOk(rc) ? new Found(Label.in(data == null ? NO_DATA : data), stat) : null);
                    } else {
                        fail(answer, rc);
                    }
                },
                null);
        return answer;
    }

    /** Deletes a node; false if there was none. */
    CompletableFuture<Boolean> delete(String path) {
        return delete(path, -1);
    }

    /**
     * Deletes a node if nobody has written to it since; false if it was not so.
     *
     * @param version of the node when it was read; negative for any
     */
    CompletableFuture<Boolean> delete(String path, int version) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        long sentAt = System.nanoTime();
        handle.delete(
                path,
                version,
                (rc, asked, context) -> {
                    if (isOk(rc) || rc == Code.NONODE.intValue() || rc == Code.BADVERSION.intValue()) {
                        acknowledged(sentAt);
                        answer.complete(isOk(rc));
                    } else {
                        fail(answer, rc);
                    }
                },
                null);
        return answer;
    }

    /** Proves that the service keeps the session, and lets later reads see all that was written anywhere before. */
    CompletableFuture<Void> sync(String path) {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        long sentAt = System.nanoTime();
        handle.sync(
                path,
                (rc, asked, context) -> {
                    if (isOk(rc)) {
                        acknowledged(sentAt);
                        answer.complete(null);
                    } else {
                        fail(answer, rc);
                    }
                },
                null);
        return answer;
    }

    private static boolean isOk(int rc) {
        return rc == Code.OK.intValue();
    }

    /** Without the path: it has the owner id in it. A code that this client does not know is an answer, too. */
    private static void fail(CompletableFuture<?> answer, int rc) {
        Code code = Arrays.stream(Code.values())
                .filter(known -> known.intValue() == rc)
                .findFirst()
                .orElse(Code.SYSTEMERROR);
        answer.completeExceptionally(KeeperException.create(code));
    }

    // --- events ------------------------------------------------------------------------------------------------

    /** From now on the node hears of changes at this path. Before the request that sets the watch is sent. */
    void listen(String path, QueueNode queueNode) {
        watching.compute(path, (key, queueNodes) -> {
            Set<QueueNode> all = queueNodes == null ? ConcurrentHashMap.newKeySet(2) : queueNodes;
            all.add(queueNode);
            return all;
        });
    }

    /** The node hears no more of this path. */
    void ignore(String path, QueueNode queueNode) {
        watching.computeIfPresent(path, (key, queueNodes) -> {
            queueNodes.remove(queueNode);
            return queueNodes.isEmpty() ? null : queueNodes;
        });
    }

    /** As {@link #ignore}, and gives up the watch of the node itself if nobody else listens. */
    void unwatch(String path, QueueNode queueNode) {
        watching.computeIfPresent(path, (key, queueNodes) -> {
            boolean removed = queueNodes.remove(queueNode);
            if (removed && queueNodes.isEmpty() && isAlive()) {
                // Inside, so that it cannot overtake the watch that another sets next.
                handle.removeAllWatches(path, WatcherType.Data, true, (rc, asked, context) -> {}, null);
            }
            return queueNodes.isEmpty() ? null : queueNodes;
        });
    }

    /** Gives up the watch of the children if nobody listens; whoever does by then is told of that as of a change. */
    void unwatchChildren(String path) {
        watching.computeIfAbsent(path, key -> {
            if (isAlive()) {
                handle.removeAllWatches(key, WatcherType.Children, true, (rc, asked, context) -> {}, null);
            }
            return null;
        });
    }

    @Override
    public void process(WatchedEvent event) {
        if (event.getType() == Event.EventType.None) {
            look();
            return;
        }
        Set<QueueNode> queueNodes = watching.get(event.getPath());
        if (queueNodes == null) {
            return;
        }
        boolean deleted = event.getType() == Event.EventType.NodeDeleted;
        queueNodes.forEach(queueNode -> queueNode.changed(event.getPath(), deleted));
    }

    /** Something happened to the connection: it may have a server that grants the session less time, or none to go on with. */
    void look() {
        endIfDead();
        long now = timeout();
        if (measuredBy.getAndSet(now) != now) {
            watching.values().forEach(queueNodes -> queueNodes.forEach(queueNode -> queueNode.sessionLasts(now)));
        }
    }

    /** Tells everyone, once, if the session is over. */
    void endIfDead() {
        if (!handle.getState().isAlive()) {
            end();
        }
    }

    /** The session is over, or the client has taken another in its stead. */
    void end() {
        if (ended.compareAndSet(false, true)) {
            watching.values().forEach(queueNodes -> queueNodes.forEach(QueueNode::sessionEnded));
            watching.clear();
        }
    }
}
