package dev.pawl.lock.fencing;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.StaleTokenException;

/**
 * Stands before a resource and refuses stale tokens.
 *
 * <p>An equal token is admitted, since a holder may write more than once. Tokens of different locks are never compared. A guard
 * knows what its resource has seen, and nothing of who holds the lock now: a lock that was taken but never used to write here has
 * left no trace.
 *
 * <p>A check that is a step before the write leaves room for a pause between the two, in which a newer holder may come and go.
 * So every guard has a form that makes one step of both, and that is the one to use. Implementations are safe for use by several
 * threads.
 */
@FunctionalInterface
public interface FencingGuard {

    /**
     * Admits a token that is at least the newest seen for its lock, which it then is.
     *
     * @param token the writer's token
     * @throws StaleTokenException if a newer one was seen: the writer's lease was lost, and it must not write
     */
    void check(FencingToken token);
}
