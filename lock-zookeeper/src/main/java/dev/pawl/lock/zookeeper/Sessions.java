package dev.pawl.lock.zookeeper;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.curator.framework.api.CuratorEventType;
import org.apache.curator.framework.api.CuratorListener;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.framework.state.ConnectionStateListener;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of one client, one after the other: Curator opens a new one when the last has ended. Safe for use by several
 * threads.
 */
final class Sessions {

    private final CuratorFramework client;
    private final List<ACL> acl;
    private final AtomicReference<@Nullable Session> latest = new AtomicReference<>();
    private final ConnectionStateListener connectionListener = this::stateChanged;
    private final CuratorListener closingListener = this::closing;

    Sessions(CuratorFramework client, List<ACL> acl) {
        this.client = client;
        this.acl = acl;
    }

    void begin() {
        client.getConnectionStateListenable().addListener(connectionListener);
        client.getCuratorListenable().addListener(closingListener);
    }

    /** Does something in the present session; a client that has none, or is closed, becomes a failed future. */
    <T> CompletableFuture<T> inPresent(Function<Session, CompletableFuture<T>> action) {
        try {
            return action.apply(present());
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            return CompletableFuture.failedFuture(e);
        }
    }

    private Session present() throws Exception {
        while (true) {
            // Before the handle: whoever comes late with an old one must not put it in its successor's place.
            Session known = latest.get();
            ZooKeeper handle = client.getZookeeperClient().getZooKeeper();
            if (known != null && known.isOf(handle)) {
                return known;
            }
            Session next = new Session(handle, acl);
            if (latest.compareAndSet(known, next)) {
                if (known != null) {
                    known.end();
                }
                next.begin();
                return next;
            }
        }
    }

    /**
     * No state means anything by itself: {@code SUSPENDED} leaves it to the deadline of each hold, and {@code LOST} is told once
     * Curator has closed the handle, which may by then have a successor.
     */
    private void stateChanged(CuratorFramework from, ConnectionState state) {
        Session session = latest.get();
        if (session != null) {
            session.look();
        }
    }

    /** Whoever handed the client in closes it: told before the service is, which gives the holds to others at once. */
    private void closing(CuratorFramework from, CuratorEvent event) {
        Session session = latest.get();
        if (event.getType() == CuratorEventType.CLOSING && session != null) {
            session.end();
        }
    }

    boolean isConnected() {
        return client.getZookeeperClient().isConnected();
    }

    /** Which server it speaks to, where that is known. */
    @Nullable
    String server() {
        Session session = latest.get();
        return session == null ? null : session.server();
    }

    void close() {
        client.getConnectionStateListenable().removeListener(connectionListener);
        client.getCuratorListenable().removeListener(closingListener);
    }
}
