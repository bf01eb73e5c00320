package dev.pawl.lock.spi;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * One client's standing in one {@link Contest}, from {@link LockBackend#join} to a grant or {@link #leave}. The engine calls
 * it from one thread at a time and has at most one attempt in flight.
 */
public interface Contender {

    /**
     * Asks the service for the lock, once, without waiting for it. Repeating an attempt whose outcome was lost gives the same
     * grant.
     *
     * @param willWait whether the client goes on waiting after {@link Attempt.Busy}; then the service may queue it and must
     *     {@linkplain Contest#wake() wake} it, where it can. With false, a busy attempt leaves nothing behind
     * @param tokens how many consecutive tokens to reserve with a grant, at least 1; a backend may give fewer, never none
     * @param blocking where a blocking client library may run; others ignore it
     * @return granted or busy; exceptionally when the outcome is unknown or the service refused
     */
    CompletionStage<Attempt> attempt(boolean willWait, int tokens, Executor blocking);

    /**
     * Undoes everything: the place in the queue, a hold that nobody took, and an attempt in flight, whatever its reply is
     * going to be. May be called again when its outcome is unknown; {@link #attempt} is not called after it. No I/O when there
     * is nothing to undo.
     *
     * @param blocking where a blocking client library may run; others ignore it
     * @return completes when the service has confirmed
     */
    CompletionStage<Void> leave(Executor blocking);
}
