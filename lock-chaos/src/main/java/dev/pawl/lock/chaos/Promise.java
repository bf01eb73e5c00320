package dev.pawl.lock.chaos;

import java.time.Duration;
import java.util.Set;

/**
 * What a backend promises beyond what holds under every fault. Two claims are excused when an excepted fault harmed the holder of the
 * older one, from a lease before its grant, and not more than two leases before the younger one was granted; or that of the younger one
 * while it was asked for: it may have been granted first, and seen late. Where a hold that was lost lives on in what it hands over,
 * tokens come out of order, and the younger claim may be such a one: then the fault harmed its holder in the lease before its grant.
 * A forced release is an excepted fault of the one hold that it ends, and of no other.
 *
 * @param oneHolderExceptUnder the faults under which two may hold a lock
 * @param orderExceptUnder the faults under which a lost hold is handed on, with tokens that may come out of order
 * @param lease the lease time of all locks
 * @param exchange the longest that one exchange with the service takes before a client gives up on it
 * @param patience what a machine that has more to do than it can may add, until every lock is taken again
 */
record Promise(
        Set<FaultKind> oneHolderExceptUnder,
        Set<FaultKind> orderExceptUnder,
        Duration lease,
        Duration exchange,
        Duration patience) {

    /** Without patience. */
    Promise(Set<FaultKind> oneHolderExceptUnder, Set<FaultKind> orderExceptUnder, Duration lease, Duration exchange) {
        this(oneHolderExceptUnder, orderExceptUnder, lease, exchange, Duration.ZERO);
    }

    /** The same without exceptions. */
    Promise strict() {
        return new Promise(Set.of(), Set.of(), lease, exchange, patience);
    }

    /** The same on a machine that has much else to do. */
    Promise patient(Duration time) {
        return new Promise(oneHolderExceptUnder, orderExceptUnder, lease, exchange, time);
    }

    /** From the last fault on, within how long every lock is taken again: all connections may have fallen silent with it. */
    Duration takenAgainWithin() {
        return lease.plus(exchange).plusSeconds(2).plus(patience);
    }

    /** From the last fault on, within how long every process takes a lock again. */
    Duration servedAgainWithin() {
        return takenAgainWithin().plus(exchange);
    }

    /** Within how long a request returns whose time limit is over; on a machine that has more to do than it can. */
    Duration returnsWithin() {
        return exchange.plusSeconds(5);
    }
}
