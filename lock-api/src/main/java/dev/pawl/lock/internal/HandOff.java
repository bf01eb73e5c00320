package dev.pawl.lock.internal;

import dev.pawl.lock.LockOptions;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.TokenBlock;
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
    private @Nullable TokenBlock following;
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

    private int left() {
        TokenBlock current = block;
        return (current == null ? grant.tokens() : current.count()) - used - 1;
    }

    /** Whether one more lease is within the bounds, and there is a token for it. */
    boolean mayGoOn(long now) {
        return count < options.handOffMaxGrants()
                && now - since < options.handOffMaxTime().toNanos()
                && (left() > 0 || following != null);
    }

    /** Takes the next token. */
    void goOn() {
        count++;
        used++;
        if (left() < 0) {
            block = following;
            following = null;
            used = 0;
        }
        token = currentToken();
    }

    /** Whether it is time to ask the service; it is asked once for each block. */
    boolean shouldAsk(long now) {
        boolean late = 2 * count >= options.handOffMaxGrants()
                || (following == null && left() <= count)
                || 2 * (now - since) >= options.handOffMaxTime().toNanos();
        return !asked && late;
    }

    void asked() {
        asked = true;
    }

    /** How many tokens to ask for. */
    int wanted() {
        return 1 + options.handOffMaxGrants();
    }

    /**
     * Nobody else waits.
     *
     * @param askedAt when the service was asked
     */
    void extended(TokenBlock more, long askedAt) {
        following = more;
        count = 0;
        since = askedAt;
        asked = false;
    }
}
