package dev.pawl.lock.zookeeper;

import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.spi.TokenBlock;
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

/** The conversation with one ZooKeeper, in the terms of locks. Safe for use by several threads. */
final class Service {

    private final CuratorFramework client;
    private final Sessions sessions;
    private final Removals removals;
    private final String namespace;
    private final Duration ioTimeout;

    Service(CuratorFramework client, ZooKeeperOptions options) {
        this.client = client;
        sessions = new Sessions(client, options.acl());
        removals = new Removals(sessions);
        // Requests go to ZooKeeper's own handle, which knows of the chroot, but not of Curator's namespace.
        String outer = client.getNamespace();
        namespace = ZKPaths.makePath(outer == null ? "" : outer, options.namespace());
        ioTimeout = options.ioTimeout();
    }

    /** The path of the node under which all locks are. */
    String namespace() {
        return namespace;
    }

    Sessions sessions() {
        return sessions;
    }

    Removals removals() {
        return removals;
    }

    Duration ioTimeout() {
        return ioTimeout;
    }

    // --- beginning and end -------------------------------------------------------------------------------------

    /** Returns when the service has answered and its namespace is there. */
    void begin(Duration patience) {
        long startNanos = System.nanoTime();
        try {
            if (!client.blockUntilConnected(Math.toIntExact(patience.toMillis()), TimeUnit.MILLISECONDS)) {
                throw KeeperException.create(Code.CONNECTIONLOSS);
            }
            sessions.begin();
            sessions.inPresent(this::findNamespace).get(ioTimeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failedToBegin(startNanos, e);
        } catch (ExecutionException | TimeoutException | KeeperException | RuntimeException e) {
            throw failedToBegin(startNanos, e);
        }
    }

    private LockBackendException failedToBegin(long startNanos, Exception failure) {
        sessions.close();
        return Faults.translate("", startNanos, sessions.server(), failure);
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
    <T> CompletableFuture<T> answered(String lockName, long startNanos, CompletableFuture<T> running) {
        if (running.isDone() && !running.isCompletedExceptionally()) {
            return running;
        }
        return Pauses.within(ioTimeout, running).exceptionally(failure -> {
            boolean away = Faults.unwrap(failure) instanceof TimeoutException && !sessions.isConnected();
            Throwable cause = away ? KeeperException.create(Code.CONNECTIONLOSS) : failure;
            throw Faults.translate(lockName, startNanos, sessions.server(), cause);
        });
    }

    CompletableFuture<ReleaseOutcome> release(ZooKeeperGrant grant) {
        return removals.remove(grant.place())
                .thenApply(there -> there ? ReleaseOutcome.RELEASED : ReleaseOutcome.NOT_HELD);
    }

    /** Waits for no answer while the watch of the children has nothing to tell. */
    CompletableFuture<Optional<TokenBlock>> extend(ZooKeeperGrant grant, int tokens) {
        Place place = grant.place();
        if (!place.session().isAlive()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        if (place.isKnownToBeAlone()) {
            getNextBlock(grant);
            return CompletableFuture.completedFuture(grant.more(tokens));
        }
        return readLine(place).thenApply(line -> isAlone(line, place) ? grant.more(tokens) : Optional.empty());
    }

    private static boolean isAlone(Line line, Place place) {
        return line.others() == 0 && line.has(place);
    }

    /**
     * Long before it is needed. A write and a reading behind it leave together: who is not in the line by then will have a later
     * number than that write. An unknown outcome is none, and leaves nothing.
     */
    private static void getNextBlock(ZooKeeperGrant grant) {
        if (!grant.wantsNextBlock()) {
            return;
        }
        Place place = grant.place();
        CompletableFuture<Long> written = place.session().touch(place.path());
        var unused = readLine(place).thenAcceptBoth(written, (line, number) -> {
            if (isAlone(line, place)) {
                grant.nextBlock(number);
            } else {
                grant.noNextBlock();
            }
        });
    }

    /** Reads the line of a hold, and watches it again. */
    private static CompletableFuture<Line> readLine(Place place) {
        return place.session()
                .watchChildren(place.where().parent(), place::remember)
                .thenApply(place::line);
    }

    /** One request for all holds of a session, and one for each whose lock has seen others come or go since the last. */
    CompletableFuture<Map<Grant, RenewalOutcome>> renew(Collection<ZooKeeperGrant> due) {
        long since = System.nanoTime();
        Map<Session, CompletableFuture<Void>> proofs = new HashMap<>();
        Map<Grant, CompletableFuture<RenewalOutcome>> answers = new HashMap<>();
        for (ZooKeeperGrant grant : due) {
            Session session = grant.place().session();
            CompletableFuture<Void> proof = proofs.computeIfAbsent(session, this::prove);
            CompletableFuture<RenewalOutcome> outcome = grant.place().isUnsure()
                    ? proof.thenCombine(find(grant.place()), (kept, found) -> found)
                    : proof.thenCompose(kept -> stillThere(grant.place()));
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
    private static CompletableFuture<RenewalOutcome> stillThere(Place place) {
        return place.isUnsure() ? find(place) : CompletableFuture.completedFuture(RenewalOutcome.RENEWED);
    }

    /** Whether the node is there, or who is. */
    private static CompletableFuture<RenewalOutcome> find(Place place) {
        return Futures.after(readLine(place), (line, failure) -> {
            if (failure == null) {
                RenewalOutcome without = line.others() == 0 ? RenewalOutcome.NOT_HELD : RenewalOutcome.TAKEN;
                return CompletableFuture.completedFuture(line.has(place) ? RenewalOutcome.RENEWED : without);
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
