package dev.pawl.lock;

import java.util.Objects;

/** That a client of this process took a lock away from its holder: by whom, why and how. Immutable. */
public final class ForcedRelease {

    private final LockInfo taken;
    private final String by;
    private final String reason;
    private final boolean atOnce;

    /**
     * Creates the event.
     *
     * @param taken as {@link #taken()}
     * @param by as {@link #by()}
     * @param reason as {@link #reason()}
     * @param atOnce as {@link #isAtOnce()}
     */
    public ForcedRelease(LockInfo taken, String by, String reason, boolean atOnce) {
        this.taken = Objects.requireNonNull(taken, "taken");
        this.by = Objects.requireNonNull(by, "by");
        this.reason = Objects.requireNonNull(reason, "reason");
        this.atOnce = atOnce;
    }

    /**
     * What was taken away from whom. Its token is above the holder's.
     *
     * @return as {@link DistributedLock#revoke} and {@link DistributedLock#forceRelease} give it
     */
    public LockInfo taken() {
        return taken;
    }

    /**
     * Who took it.
     *
     * @return the label of that client
     */
    public String by() {
        return by;
    }

    /**
     * Why.
     *
     * @return the reason that was given
     */
    public String reason() {
        return reason;
    }

    /**
     * Whether it was {@link DistributedLock#forceRelease}, after which two may hold it for a while.
     *
     * @return false after {@link DistributedLock#revoke}
     */
    public boolean isAtOnce() {
        return atOnce;
    }

    /** All of it. */
    @Override
    public String toString() {
        return "ForcedRelease[" + taken + ", by '" + by + "', reason '" + reason + "'" + (atOnce ? ", at once" : "")
                + "]";
    }
}
