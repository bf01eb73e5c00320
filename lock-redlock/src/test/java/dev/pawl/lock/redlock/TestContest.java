package dev.pawl.lock.redlock;

import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.Contest;
import java.time.Duration;

/** A contest that nobody is told of. */
record TestContest(String name, String owner, Duration leaseTime) implements Contest {

    TestContest(String name, String owner) {
        this(name, owner, Duration.ofSeconds(30));
    }

    @Override
    public Duration retryCeiling() {
        return Duration.ofSeconds(1);
    }

    @Override
    public void wake() {
        // The tests that use this look for themselves.
    }

    @Override
    public void lost(LossReason reason) {
        throw new AssertionError("no master tells of a loss by itself");
    }
}
