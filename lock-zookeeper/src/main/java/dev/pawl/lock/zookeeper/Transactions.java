package dev.pawl.lock.zookeeper;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.BackgroundCallback;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.curator.framework.api.transaction.CuratorTransactionResult;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;

/** What a guard asks of Curator, with a time limit of our own: the client's retries may last for ever. */
final class Transactions {

    private static final Duration MAKING = Duration.ofSeconds(3);

    private final CuratorFramework client;

    Transactions(CuratorFramework client) {
        this.client = client;
    }

    private interface Request {
        void send(BackgroundCallback callback) throws Exception;
    }

    /** Waits for the answer, whatever interrupts it: the request is on its way. */
    private static CuratorEvent ask(Duration limit, Request request) throws Exception {
        CompletableFuture<CuratorEvent> answer = new CompletableFuture<>();
        request.send((client, event) -> answer.complete(event));
        long start = System.nanoTime();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return answer.get(limit.toNanos() - (System.nanoTime() - start), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** ZooKeeper's own exception for a code. */
    static KeeperException failure(Code code, @Nullable String path) {
        return path == null ? KeeperException.create(code) : KeeperException.create(code, path);
    }

    private static boolean isThere(CuratorEvent event, String path) throws KeeperException {
        Code code = Code.get(event.getResultCode());
        if (code == Code.NONODE) {
            return false;
        }
        if (code != Code.OK) {
            throw failure(code, path);
        }
        return true;
    }

    /** The data of a node, or null if there is none. */
    byte @Nullable [] read(String path, Stat stat, Duration limit) throws Exception {
        CuratorEvent event =
                ask(limit, callback -> client.getData().inBackground(callback).forPath(path));
        if (!isThere(event, path)) {
            return null;
        }
        stat.setVersion(event.getStat().getVersion());
        // A node can be there and have no data: zkCli makes such ones.
        byte[] data = event.getData();
        return data == null ? new byte[0] : data;
    }

    @Nullable
    Stat stat(String path, Duration limit) throws Exception {
        CuratorEvent event = ask(
                limit, callback -> client.checkExists().inBackground(callback).forPath(path));
        return isThere(event, path) ? event.getStat() : null;
    }

    /** The head of a lock's line, or null if nobody is in it. */
    @Nullable
    String firstChild(String path, Duration limit) throws Exception {
        CuratorEvent event = ask(
                limit, callback -> client.getChildren().inBackground(callback).forPath(path));
        if (!isThere(event, path)) {
            return null;
        }
        return event.getChildren().stream()
                .min(Comparator.comparingLong(QueueSnapshot::sequenceOf))
                .orElse(null);
    }

    /** Whatever was written before, the client's server knows of it afterwards. */
    void sync(String path, Duration limit) throws Exception {
        CuratorEvent event =
                ask(limit, callback -> client.sync().inBackground(callback).forPath(path));
        boolean unused = isThere(event, path);
    }

    /** The results of a transaction, with the code of each operation where it was refused. */
    List<CuratorTransactionResult> run(List<CuratorOp> operations, Duration limit) throws Exception {
        CuratorEvent event = ask(
                limit, callback -> client.transaction().inBackground(callback).forOperations(operations));
        List<CuratorTransactionResult> results = event.getOpResults();
        if (results == null || results.isEmpty()) {
            throw failure(Code.get(event.getResultCode()), null);
        }
        return results;
    }

    void makeIfMissing(String path) throws Exception {
        CuratorEvent event = ask(
                MAKING,
                callback -> client.create()
                        .creatingParentsIfNeeded()
                        .inBackground(callback)
                        .forPath(path, new byte[0]));
        Code code = Code.get(event.getResultCode());
        if (code != Code.OK && code != Code.NODEEXISTS) {
            throw failure(code, path);
        }
    }
}
