package dev.pawl.lock.zookeeper;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.StaleTokenException;
import dev.pawl.lock.spi.LockNames;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.curator.framework.api.transaction.CuratorTransactionResult;
import org.apache.curator.framework.imps.CuratorFrameworkState;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;

/**
 * A guard for znodes: one {@code multi} checks the token and writes, all or nothing.
 *
 * <pre>{@code
 * guard.set(lease.token(), "/stock/42", bytes);          // StaleTokenException if a newer token wrote under this lock
 * guard.commit(lease.token(), client.transactionOp().create().forPath("/orders/7", bytes), ...);
 * }</pre>
 *
 * <p>What was seen of a lock stands in a node of its own, {@code /pawl-fence/<segment>}, the same that its locks have. Its version tells whether another
 * writer came between the look and the write, and then both are done again. Which service the lock is from does not matter. For
 * locks of this very service {@link #commitWhileHeld} asks the holder's own node instead.
 *
 * <p>Safe for use by several threads. The calls block, about three seconds at the most; an interrupt does not end them. One that fails
 * may have been carried out, or may be later: with its token still, so never behind a newer one. Curator may send a request again
 * after it has lost the connection, so an operation may be found done already, or be carried out twice where that is possible, as of a
 * sequential node; and where the second sending is refused as stale, the first may have written, in its turn.
 */
public final class ZooKeeperFencingGuard {

    private static final String ROOT = "/pawl-fence";

    private static final Duration IO_TIMEOUT = Duration.ofSeconds(3);

    private final CuratorFramework client;
    private final String locks;
    private final Transactions transactions;

    private ZooKeeperFencingGuard(CuratorFramework client, String namespace) {
        this.client = client;
        locks = '/' + namespace;
        transactions = new Transactions(client);
    }

    /**
     * A guard over an application's client, for locks of the default namespace.
     *
     * @param client the application's client, started; the guard makes its nodes inside the client's namespace, with the client's ACLs
     * @return the guard; there is no I/O yet
     * @throws IllegalArgumentException if the client is not started
     */
    public static ZooKeeperFencingGuard create(CuratorFramework client) {
        return create(client, ZooKeeperOptions.DEFAULTS.namespace());
    }

    /**
     * The same, for locks of another namespace.
     *
     * @param client as above
     * @param namespace as for {@link ZooKeeperBackend.Builder#namespace}; it matters for {@link #commitWhileHeld} only
     * @return the guard; there is no I/O yet
     * @throws IllegalArgumentException if the client is not started, or it is no namespace
     */
    public static ZooKeeperFencingGuard create(CuratorFramework client, String namespace) {
        if (Objects.requireNonNull(client, "client").getState() != CuratorFrameworkState.STARTED) {
            throw new IllegalArgumentException(
                    "client: is " + client.getState() + "; a started CuratorFramework is needed");
        }
        return new ZooKeeperFencingGuard(
                client, ZooKeeperOptions.DEFAULTS.withNamespace(namespace).namespace());
    }

    /**
     * Sets the data of a node that is there.
     *
     * @param token the writer's token
     * @param path the node
     * @param data its data
     * @throws StaleTokenException if a newer token wrote under this lock; nothing was written
     * @throws LockBackendException if ZooKeeper cannot be asked, or refuses
     */
    public void set(FencingToken token, String path, byte[] data) {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(data, "data");
        commit(token, operation(token, () -> client.transactionOp().setData().forPath(path, data)));
    }

    /**
     * Carries out operations, all or none, if the token is at least the newest that wrote under this lock. Two round trips, more only
     * while others write under the same lock.
     *
     * @param token the writer's token
     * @param operations of {@link CuratorFramework#transactionOp()}; with none the token is only remembered
     * @throws StaleTokenException if a newer token wrote under this lock; nothing was written
     * @throws LockBackendException if ZooKeeper cannot be asked, or refuses one of the operations; its cause has ZooKeeper's code
     */
    public void commit(FencingToken token, CuratorOp... operations) {
        String path = fenceOf(Objects.requireNonNull(token, "token").lock());
        requireAll(operations);
        long start = System.nanoTime();
        try {
            while (true) {
                Stat stat = new Stat();
                byte[] data = transactions.read(path, stat, left(start));
                long newest = data == null ? 0 : parse(path, data);
                if (newest > token.value()) {
                    throw new StaleTokenException(token, newest);
                }
                CuratorOp fence = data == null
                        ? make(path, token.value())
                        : newest == token.value() ? unchanged(path, stat) : raise(path, stat, token.value());
                if (isDone(transactions.run(behind(fence, operations), left(start)))) {
                    return;
                }
            }
        } catch (Exception e) {
            throw fault(token.lock(), start, e);
        }
    }

    /**
     * Carries out operations, all or none, while the token's holder has its lock, on this very service: its node is part of the
     * transaction. Refuses a stale token even when the newer holder has not written yet, and the token of a released lease. Three
     * round trips. Leases that a client hands on among its own threads are one hold, and their tokens are not told apart.
     *
     * @param token the token of a lease
     * @param operations of {@link CuratorFramework#transactionOp()}
     * @throws StaleTokenException if the lock was released, or has gone to another; nothing was written
     * @throws LockBackendException as for {@link #commit}
     */
    public void commitWhileHeld(FencingToken token, CuratorOp... operations) {
        Objects.requireNonNull(token, "token");
        String parent = locks + '/' + LockPath.segment(LockNames.check(token.lock()));
        requireAll(operations);
        long start = System.nanoTime();
        try {
            Head head = headOf(parent, token, start);
            if (head == null) {
                // A server that lags behind may not know of the holder yet.
                transactions.sync(parent, left(start));
                head = headOf(parent, token, start);
            }
            if (head == null) {
                throw released(token);
            }
            CuratorOp held = client.transactionOp().check().forPath(head.path());
            if (!isDone(transactions.run(behind(held, operations), left(start)))) {
                throw released(token);
            }
        } catch (Exception e) {
            throw fault(token.lock(), start, e);
        }
    }

    /** The node that has the lock. */
    private record Head(String path) {}

    /** The head of the line if the token is its, else null. */
    private @Nullable Head headOf(String parent, FencingToken token, long start) throws Exception {
        String first = transactions.firstChild(parent, left(start));
        Stat stat = first == null ? null : transactions.stat(parent + '/' + first, left(start));
        return stat != null && ZooKeeperGrant.isOf(token.value(), stat.getCzxid(), stat.getMzxid())
                ? new Head(parent + '/' + first)
                : null;
    }

    private static StaleTokenException released(FencingToken token) {
        return new StaleTokenException(
                token,
                token.value(),
                "lock '" + token.lock() + "': token " + token.value()
                        + " is stale, the lock was released or has gone to another; nothing was written. Acquire again, and"
                        + " read again what was about to be written");
    }

    /**
     * Forgets what was seen of a lock, and admits tokens from a floor on: after a move to a backend whose tokens are smaller.
     *
     * @param lock the lock
     * @param floor the least token that is admitted; 0 for any
     * @throws LockBackendException if ZooKeeper cannot be asked, or refuses
     * @throws IllegalArgumentException if the floor is negative, or the lock's name is none
     */
    public void reset(String lock, long floor) {
        String path = fenceOf(lock);
        if (floor < 0) {
            throw new IllegalArgumentException("floor: must be at least 0, but got " + floor);
        }
        long start = System.nanoTime();
        try {
            boolean done = false;
            while (!done) {
                Stat stat = new Stat();
                boolean there = transactions.read(path, stat, left(start)) != null;
                // Never deleted: its version goes on, and a writer that looked before the reset looks again.
                CuratorOp fence = there ? raise(path, stat, floor) : make(path, floor);
                done = isDone(transactions.run(List.of(fence), left(start)));
            }
        } catch (Exception e) {
            throw fault(lock, start, e);
        }
    }

    private static String fenceOf(String lock) {
        return ROOT + '/' + LockPath.segment(LockNames.check(lock));
    }

    private static long parse(String path, byte[] data) throws Faults.Refused {
        long newest;
        try {
            newest = Long.parseLong(new String(data, StandardCharsets.US_ASCII));
        } catch (NumberFormatException e) {
            newest = -1;
        }
        if (newest < 0) {
            throw new Faults.Refused("has something else than a token in " + path);
        }
        return newest;
    }

    private static byte[] digits(long token) {
        return Long.toString(token).getBytes(StandardCharsets.US_ASCII);
    }

    private CuratorOp make(String path, long token) throws Exception {
        transactions.makeIfMissing(ROOT);
        return client.transactionOp().create().forPath(path, digits(token));
    }

    private CuratorOp raise(String path, Stat seen, long token) throws Exception {
        return client.transactionOp().setData().withVersion(seen.getVersion()).forPath(path, digits(token));
    }

    private CuratorOp unchanged(String path, Stat seen) throws Exception {
        return client.transactionOp().check().withVersion(seen.getVersion()).forPath(path);
    }

    private static List<CuratorOp> behind(CuratorOp guard, CuratorOp... operations) {
        List<CuratorOp> all = new ArrayList<>(operations.length + 1);
        all.add(guard);
        all.addAll(List.of(operations));
        return all;
    }

    private static void requireAll(CuratorOp... operations) {
        for (CuratorOp operation : operations) {
            Objects.requireNonNull(operation, "operation");
        }
    }

    /**
     * Whether a transaction was carried out; false if its guard was not as it was seen.
     *
     * @throws Exception ZooKeeper's, if it refused another of the operations
     */
    private static boolean isDone(List<CuratorTransactionResult> results) throws Exception {
        for (int i = 0; i < results.size(); i++) {
            Code code = Code.get(results.get(i).getError());
            if (code != Code.OK && code != Code.RUNTIMEINCONSISTENCY) {
                if (i == 0 && (code == Code.BADVERSION || code == Code.NODEEXISTS || code == Code.NONODE)) {
                    return false;
                }
                throw Transactions.failure(code, results.get(i).getForPath());
            }
        }
        return true;
    }

    private interface Making {
        CuratorOp make() throws Exception;
    }

    private static CuratorOp operation(FencingToken token, Making making) {
        long start = System.nanoTime();
        try {
            return making.make();
        } catch (Exception e) {
            throw fault(token.lock(), start, e);
        }
    }

    private static Duration left(long start) throws TimeoutException {
        Duration left = IO_TIMEOUT.minusNanos(System.nanoTime() - start);
        if (left.isNegative() || left.isZero()) {
            throw new TimeoutException();
        }
        return left;
    }

    private static RuntimeException fault(String lock, long start, Exception failure) {
        if (failure instanceof StaleTokenException || failure instanceof IllegalArgumentException) {
            return (RuntimeException) failure;
        }
        Throwable cause =
                failure instanceof ExecutionException && failure.getCause() != null ? failure.getCause() : failure;
        return Faults.ofGuard(lock, start, cause);
    }
}
