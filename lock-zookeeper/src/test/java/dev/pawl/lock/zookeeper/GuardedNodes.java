package dev.pawl.lock.zookeeper;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.testkit.GuardedStore;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.KeeperException;
import org.jspecify.annotations.Nullable;

/** A node for each lock, and a session of its own. */
final class GuardedNodes implements GuardedStore {

    static final List<String> STEPS = List.of("begun", "written");

    private static final String ROOT = "/guarded";

    final CuratorFramework client;
    final ZooKeeperFencingGuard guard;

    /** For a child JVM too. */
    GuardedNodes(String servers) throws InterruptedException {
        client = CuratorFrameworkFactory.newClient(servers, 10_000, 10_000, new RetryOneTime(100));
        client.start();
        client.blockUntilConnected();
        guard = ZooKeeperFencingGuard.create(client);
    }

    static String node(String lock) {
        return ROOT + "/" + GuardedStore.key(lock);
    }

    @Override
    public void write(FencingToken token, String value, Consumer<String> step) throws Exception {
        step.accept("begun");
        byte[] data = value.getBytes(StandardCharsets.UTF_8);
        boolean done = false;
        while (!done) {
            done = isSet(token, data) || isCreated(token, data);
        }
        step.accept("written");
    }

    private boolean isSet(FencingToken token, byte[] data) {
        try {
            guard.set(token, node(token.lock()), data);
            return true;
        } catch (LockBackendException e) {
            return isUnless(KeeperException.Code.NONODE, e);
        }
    }

    private boolean isCreated(FencingToken token, byte[] data) throws Exception {
        client.createContainers(ROOT);
        try {
            guard.commit(token, client.transactionOp().create().forPath(node(token.lock()), data));
            return true;
        } catch (LockBackendException e) {
            return isUnless(KeeperException.Code.NODEEXISTS, e);
        }
    }

    private static boolean isUnless(KeeperException.Code code, LockBackendException fault) {
        if (fault.getCause() instanceof KeeperException refused && refused.code() == code) {
            return false;
        }
        throw fault;
    }

    @Override
    public @Nullable String read(String lock) throws Exception {
        try {
            client.sync().forPath(node(lock));
            return new String(client.getData().forPath(node(lock)), StandardCharsets.UTF_8);
        } catch (KeeperException.NoNodeException e) {
            return null;
        }
    }

    @Override
    public void reset(String lock, long floor) {
        guard.reset(lock, floor);
    }

    @Override
    public void close() {
        client.close();
    }
}
