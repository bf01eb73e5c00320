package dev.pawl.lock.zookeeper;

import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.zookeeper.Session.Created;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A node in the queue of a lock, which waits for the one before it. At the head, it is the hold. */
final class LockNode extends QueueNode {

    /**
     * The node before ours.
     *
     * @param path its path
     * @param only whether nobody else is before us
     * @param watch what became of the watch of it
     */
    private record Predecessor(String path, boolean only, Watch watch) {}

    private enum Watch {
        STANDS,
        /** It has fired, as it does once, and the node may be there. */
        IS_OVER,
        /** The node was deleted. */
        SAW_THE_END
    }

    private final AtomicReference<@Nullable Predecessor> predecessor = new AtomicReference<>();

    LockNode(Session session, LockPath where, Contest contest, Created made, int bytes) {
        super(session, where, contest, made, bytes);
    }

    // --- the predecessor ---------------------------------------------------------------------------------------

    /**
     * Waits for the end of this node.
     *
     * @param node the path of the node before ours
     * @param only whether nobody else is before us
     */
    void follow(String node, boolean only) {
        stopFollowing();
        predecessor.set(new Predecessor(node, only, Watch.STANDS));
        session().listen(node, this);
    }

    /** Whether the watch of this node stands; if so, it is known from now on whether nobody else is before us. */
    boolean follows(String node, boolean only) {
        Predecessor now = predecessor.updateAndGet(
                known -> isFollowed(known, node) ? new Predecessor(node, only, Watch.STANDS) : known);
        return isFollowed(now, node);
    }

    /** The path of the node before ours, if the watch of it stands. */
    @Nullable
    String followed() {
        Predecessor known = predecessor.get();
        return known != null && known.watch() == Watch.STANDS ? known.path() : null;
    }

    private static boolean isFollowed(@Nullable Predecessor known, String node) {
        return known != null && known.watch() == Watch.STANDS && known.path().equals(node);
    }

    /** The node was not there to be watched. */
    void predecessorIsGone(String node) {
        watchIsOver(node, Watch.SAW_THE_END);
    }

    private boolean watchIsOver(String node, Watch how) {
        Predecessor now = predecessor.updateAndGet(known ->
                known == null || !known.path().equals(node) ? known : new Predecessor(node, known.only(), how));
        return now != null && now.path().equals(node);
    }

    @Override
    void settled() {
        stopFollowing();
    }

    @Override
    void stopFollowing() {
        Predecessor followed = predecessor.getAndSet(null);
        if (followed != null) {
            if (followed.watch() == Watch.STANDS) {
                session().unwatch(followed.path(), this);
            } else {
                session().ignore(followed.path(), this);
            }
        }
    }

    /** Nobody who comes later is put before us: with the one who was, the line before us is gone. */
    boolean isNext() {
        Predecessor known = predecessor.get();
        return known != null && known.watch() == Watch.SAW_THE_END && known.only();
    }

    /** Most likely it was deleted; if only its data was changed, a look tells. */
    @Override
    void nodeChanged(String node, boolean deleted) {
        if (watchIsOver(node, deleted ? Watch.SAW_THE_END : Watch.IS_OVER)) {
            contest().wake();
        }
    }

    @Override
    RenewalOutcome withoutIt(QueueSnapshot snapshot) {
        return snapshot.others() == 0 ? RenewalOutcome.NOT_HELD : RenewalOutcome.TAKEN;
    }
}
