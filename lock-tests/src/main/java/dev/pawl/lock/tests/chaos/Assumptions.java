package dev.pawl.lock.tests.chaos;

import java.time.Duration;
import java.util.Set;

/**
 * Under what a backend promises. A pair that breaks a promise is excused when such a fault harmed the holder of its older claim,
 * from a lease before until the younger one was granted: a hold lives on for so long in what it hands over.
 *
 * @param oneHolder the faults that the backend does not promise one holder under
 * @param order the faults that it does not promise the order of tokens under
 * @param lease the lease time of all locks
 */
record Assumptions(Set<FaultKind> oneHolder, Set<FaultKind> order, Duration lease) {

    /** From the last fault on, within how long every lock is taken again. */
    Duration takenAgainWithin() {
        return lease.plusSeconds(2);
    }
}
