package dev.pawl.lock.internal;

import dev.pawl.lock.LockOptions;
import java.time.Duration;

/** What of the options a hold is made of: requests that differ in the others only, such as how long they wait, may share one. */
final class Terms {

    private Terms() {}

    /** Refuses what could not be the lease time of options. */
    static void checkLeaseTime(Duration leaseTime) {
        var unused = LockOptions.builder().leaseTime(leaseTime);
    }

    /** How long the service is to keep a grant that is not renewed. */
    static Duration leaseTime(LockOptions options) {
        Duration atLeast = options.holdAtLeast().orElse(Duration.ZERO);
        return atLeast.compareTo(options.leaseTime()) > 0 ? atLeast : options.leaseTime();
    }

    /** Whether a hold may go from one holder of this process to the next: each is due what it asked for, from its own start. */
    static boolean canHandOff(LockOptions options) {
        return options.renewal() && options.holdAtLeast().isEmpty();
    }

    static boolean areAlike(LockOptions one, LockOptions other) {
        return one.renewal() == other.renewal()
                && one.handOffMaxGrants() == other.handOffMaxGrants()
                && one.leaseTime().equals(other.leaseTime())
                && one.holdAtLeast().equals(other.holdAtLeast())
                && one.safetyMargin().equals(other.safetyMargin())
                && one.handOffMaxTime().equals(other.handOffMaxTime())
                && one.retryCeiling().equals(other.retryCeiling());
    }
}
