package dev.pawl.lock.internal;

import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.Contest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One of several names that are asked for at once. It stands in no queue before it is won, and never waits. */
final class GroupContest implements Contest {

    private final String name;
    private final String owner;
    private final String holder;
    private final LockOptions options;
    private final Thread thread = Thread.currentThread();

    /** Where the hold is, once it was won. */
    private volatile @Nullable LockQueue queue;

    private volatile @Nullable LossReason lostBefore;

    GroupContest(String name, String owner, String holder, LockOptions options) {
        this.name = name;
        this.owner = owner;
        this.holder = holder;
        this.options = options;
    }

    /** Which thread asks. */
    Thread thread() {
        return thread;
    }

    LockOptions options() {
        return options;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String owner() {
        return owner;
    }

    @Override
    public String holder() {
        return holder;
    }

    @Override
    public Duration leaseTime() {
        return Terms.leaseTime(options);
    }

    @Override
    public Duration retryCeiling() {
        return options.retryCeiling();
    }

    /** Nobody waits. */
    @Override
    public void wake() {}

    /** The two writes and the two reads cross: one side sees the other, whichever comes first. */
    void enter(LockQueue home) {
        queue = home;
        LossReason before = lostBefore;
        if (before != null) {
            home.taken(this, before);
        }
    }

    @Override
    public void lost(LossReason reason) {
        lostBefore = reason;
        LockQueue home = queue;
        if (home != null) {
            home.taken(this, reason);
        }
    }
}
