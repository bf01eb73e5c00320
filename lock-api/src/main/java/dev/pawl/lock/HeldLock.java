package dev.pawl.lock;

import java.time.Duration;
import java.util.Objects;

/** One lease that a client has out, as {@link LockClient#held()} found it. */
public final class HeldLock {

    private final LockKind kind;
    private final FencingToken token;
    private final Duration since;
    private final Duration remaining;
    private final String thread;
    private final int waiting;

    /**
     * Creates the description of a lock.
     *
     * @param token as {@link #token()}
     * @param since as {@link #since()}
     * @param remaining as {@link #remaining()}
     * @param thread as {@link #thread()}
     * @param waiting as {@link #waiting()}
     */
    public HeldLock(FencingToken token, Duration since, Duration remaining, String thread, int waiting) {
        this(LockKind.LOCK, token, since, remaining, thread, waiting);
    }

    /**
     * Creates the description.
     *
     * @param kind as {@link #kind()}
     * @param token as {@link #token()}
     * @param since as {@link #since()}
     * @param remaining as {@link #remaining()}
     * @param thread as {@link #thread()}
     * @param waiting as {@link #waiting()}
     */
    public HeldLock(LockKind kind, FencingToken token, Duration since, Duration remaining, String thread, int waiting) {
        this.kind = Objects.requireNonNull(kind, "kind");
        this.token = Objects.requireNonNull(token, "token");
        this.since = Objects.requireNonNull(since, "since");
        this.remaining = Objects.requireNonNull(remaining, "remaining");
        this.thread = Objects.requireNonNull(thread, "thread");
        this.waiting = waiting;
    }

    /**
     * What stands under that name: a lock, or something else that has nothing to do with the lock of the same name.
     *
     * @return the kind
     */
    public LockKind kind() {
        return kind;
    }

    /**
     * What is held.
     *
     * @return the lock's name
     */
    public String name() {
        return token.lock();
    }

    /**
     * The token of the lease.
     *
     * @return the token
     */
    public FencingToken token() {
        return token;
    }

    /**
     * How long ago it was acquired, by the monotonic clock.
     *
     * @return the time since
     */
    public Duration since() {
        return since;
    }

    /**
     * What is left until its deadline, unless it is renewed.
     *
     * @return the time left
     */
    public Duration remaining() {
        return remaining;
    }

    /**
     * Which thread acquired it. It need not be the one that uses it.
     *
     * @return the thread's name
     */
    public String thread() {
        return thread;
    }

    /**
     * How many requests of this client wait for the same name.
     *
     * @return a number, not negative
     */
    public int waiting() {
        return waiting;
    }

    /** All of it. */
    @Override
    public String toString() {
        return "HeldLock[" + kind + " " + token + ", since " + since + ", remaining " + remaining + ", by thread '"
                + thread + "', " + waiting + " waiting]";
    }
}
