package dev.pawl.lock.tests.chaos;

import java.time.Duration;
import java.util.Set;

/**
 * What a backend promises beyond what holds under every fault. Two claims are excused when an excepted fault harmed the holder of the
 * older one, from a lease before its grant, and not more than two leases before the younger one was granted; or that of the younger one
 * while it was asked for: it may have been granted first, and seen late. Where a hold that was lost lives on in what it hands over,
 * tokens come out of order, and the younger claim may be such a one: then the fault harmed its holder in the lease before its grant.
 *
 * @param oneHolderExceptUnder the faults under which two may hold a lock
 * @param orderExceptUnder the faults under which a lost hold is handed on, with tokens that may come out of order
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
