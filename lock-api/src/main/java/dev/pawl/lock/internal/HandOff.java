package dev.pawl.lock.internal;

import dev.pawl.lock.LockOptions;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.TokenBlock;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The chain of leases that one hold may carry: a token for each, and the bounds that protect other processes.
 *
 * <p>While the chain is in its second half, the service can be asked whether anybody else waits, and for more tokens. If none
 * does, the bounds begin anew, so that a lock that only this process wants never leaves it, and nobody stands still for the
 * answer.
 *
 * <pre>
 *   first half ──▶ second half ──asked──▶ waiting for the answer ──nobody waits──▶ first half, of the next block
 *                                                └──somebody waits, or no answer──▶ ends at its bounds
 * </pre>
 *
 * Touched by the events of the {@link LockQueue} only.
 */
final class HandOff {

    private final Grant grant;
    private final LockOptions options;

    /** What the tokens are taken from; null for the grant's own block. */
    private @Nullable TokenBlock block;

    private int used;

    /** What comes after it. */
    private final Queue<TokenBlock> following = new ArrayDeque<>(2);

    private int inFollowing;
    private int count;
    private long since;
    private boolean asked;
    private volatile long token;

    /**
     * @param now when the hold begins, on the clock of {@link #mayGoOn}
     */
    HandOff(Grant grant, LockOptions options, long now) {
        this.grant = grant;
        this.options = options;
        this.since = now;
        this.token = currentToken();
    }

    /** The token of the current lease; may be read by any thread. */
    long token() {
        return token;
    }

    private long currentToken() {
        TokenBlock current = block;
        return (current == null ? grant.firstToken() : current.first()) + used;
    }

    /** How many tokens there are after the current one. */
    private int left() {
        return leftInBlock() + inFollowing;
    }

    private int leftInBlock() {
        TokenBlock current = block;
        return (current == null ? grant.tokens() : current.count()) - used - 1;
    }

    /** Whether one more lease is within the bounds, and there is a token for it. */
    boolean mayGoOn(long now) {
        return count < options.handOffMaxGrants()
                && now - since < options.handOffMaxTime().toNanos()
                && left() > 0;
    }

    /** Takes the next token. */
    void goOn() {
        count++;
        used++;
        if (leftInBlock() < 0) {
            TokenBlock next = following.remove();
            inFollowing -= next.count();
            block = next;
            used = 0;
        }
        token = currentToken();
    }

    /** Whether it is time to ask the service; it is asked once for each block. */
    boolean shouldAsk(long now) {
        boolean late = 2 * count >= options.handOffMaxGrants()
                || left() <= count
                || 2 * (now - since) >= options.handOffMaxTime().toNanos();
        return !asked && late;
    }

    void asked() {
        asked = true;
    }

    /** How many tokens to ask for: what a whole chain needs beyond those that are left. A service may have only so many. */
    int wanted() {
        return Math.max(1, 1 + options.handOffMaxGrants() - left());
    }

    /**
     * Nobody else waits.
     *
     * @param askedAt when the service was asked
     */
    void extended(TokenBlock more, long askedAt) {
        following.add(more);
        inFollowing += more.count();
        count = 0;
        since = askedAt;
        asked = false;
    }
}
