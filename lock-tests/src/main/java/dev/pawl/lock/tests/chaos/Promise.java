package dev.pawl.lock.tests.chaos;

import java.time.Duration;
import java.util.Set;

/**
 * What a backend promises beyond what holds under every fault. A pair that breaks a promise is excused when an excepted fault harmed
 * the holder of its older claim, from a lease before until the younger one was granted, or that of the younger one in the lease before
 * its grant: a hold that was lost lives on for so long in what it hands over.
 *
 * @param oneHolderExceptUnder the faults under which two may hold a lock
 * @param orderExceptUnder the faults under which tokens may come out of order
 * @param lease the lease time of all locks
 */
record Promise(Set<FaultKind> oneHolderExceptUnder, Set<FaultKind> orderExceptUnder, Duration lease) {

    /** Without exceptions. */
    static Promise strict(Duration lease) {
        return new Promise(Set.of(), Set.of(), lease);
    }

    /** From the last fault on, within how long every lock is taken again. */
    Duration takenAgainWithin() {
        return lease.plusSeconds(2);
    }
}
