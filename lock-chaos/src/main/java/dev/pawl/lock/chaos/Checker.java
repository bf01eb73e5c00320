package dev.pawl.lock.chaos;

import dev.pawl.lock.LossReason;
import dev.pawl.lock.chaos.Event.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Judges a history by the eleven invariants; knows nothing of how it came about. Every comparison is made so that it cannot accuse
 * the innocent: what began is stamped before it did, what returned after.
 *
 * <ol>
 *   <li>a token belongs to one acquisition
 *   <li>A returned before B was invoked: the token of A is smaller
 *   <li>the fenced resource accepted tokens that do not go down
 *   <li>the claims of one lock are disjoint
 *   <li>nobody calls a lease valid after a larger token was granted
 *   <li>after healing every lock is taken again within the lease, an exchange and 2 s; every process takes one within an
 *       exchange more; and every surviving request has returned
 *   <li>after shutdown nothing is left at the service
 *   <li>a request returns within its time limit, an exchange and 5 s
 *   <li>a lease is lost for want of an answer only if a fault kept its holder from the server that gave it
 *   <li>who takes a lock away gets a token above the one that was seen, and nobody is granted one above the seen one and not above the
 *       raised one: so a guard that is told refuses the old holder, and nobody who comes after
 *   <li>the claims of a semaphore have no more permits at once than there are; those of a reader-writer lock are one writer's, or readers'
 * </ol>
 *
 * Of these the fourth and the fifth mean nothing, and the third and the tenth are not asked.
 */
final class Checker {

    private static final Set<FaultKind> STOPS = Set.of(FaultKind.STOP_CLIENT, FaultKind.STOP_BEFORE_WRITE);

    private static final double NANOS_PER_MILLI = 1e6;

    private final Promise promise;
    private final long lease;
    private final History history;
    private final List<Violation> violations = new ArrayList<>();

    private Checker(Promise promise, History history) {
        this.promise = promise;
        lease = promise.lease().toNanos();
        this.history = history;
    }

    /** What the history violates, the first invariant first. */
    static List<Violation> check(Promise promise, History history) {
        Checker checker = new Checker(promise, history);
        history.acquisitions().forEach((name, ofOneName) -> {
            checker.tokensAreUnique(ofOneName);
            checker.tokensGoUp(ofOneName);
            if (Permits.areOf(name)) {
                checker.noMorePermitsAreOutThanThereAre(ofOneName);
            } else {
                checker.claimsAreDisjoint(ofOneName);
                checker.nobodyIsValidAfterASuccessor(ofOneName);
            }
        });
        checker.writesAreOfAcquisitions();
        checker.acceptedTokensDoNotGoDown();
        checker.locksAreTakenAgain();
        checker.everyProcessIsServedAgain();
        checker.everySurvivorReturned();
        checker.nothingIsLeft();
        checker.everyRequestReturnedInTime();
        checker.noLeaseWasLostWithoutAFault();
        checker.raisedTokensPartTheHolders();
        checker.violations.sort(Comparator.comparingInt(Violation::invariant).thenComparingLong(Violation::from));
        return checker.violations;
    }

    // 1

    private void tokensAreUnique(List<Acquisition> acquisitions) {
        Map<Long, Acquisition> owners = new HashMap<>();
        for (Acquisition acquisition : acquisitions) {
            Acquisition owner = owners.putIfAbsent(acquisition.token(), acquisition);
            if (owner != null) {
                pair(1, "a token was given twice: to " + owner + " and to " + acquisition, owner, acquisition, false);
            }
        }
    }

    /** A token that nobody was given by a return, or a log that is not whole, from which nothing can be concluded. */
    private void writesAreOfAcquisitions() {
        Stream.concat(history.events(Kind.ACCEPTED), history.events(Kind.REFUSED))
                .filter(write -> !write.process().equals(Operator.NAME))
                .forEach(write -> {
                    Acquisition granted = history.acquisition(write);
                    if (granted == null
                            || granted.token() != write.token()
                            || !granted.lock().equals(write.lock())) {
                        String what = write.process() + " wrote to " + write.lock() + " under token " + write.token()
                                + (granted == null
                                        ? ", which it was not granted"
                                        : ", but was granted " + granted.token());
                        List<Acquisition> involved = granted == null ? List.of() : List.of(granted);
                        List<Event> shown = Stream.concat(
                                        involved.stream().flatMap(it -> it.grant().stream()), Stream.of(write))
                                .sorted(Comparator.comparingLong(Event::at))
                                .toList();
                        violations.add(new Violation(1, what, involved, shown));
                    }
                });
    }

    // 2

    private void tokensGoUp(List<Acquisition> byReturn) {
        List<Acquisition> byStart = byReturn.stream()
                .sorted(Comparator.comparingLong(Acquisition::invoked))
                .toList();
        int returned = 0;
        Acquisition largest = null;
        for (Acquisition later : byStart) {
            for (; byReturn.get(returned).granted() < later.invoked(); returned++) {
                largest = larger(largest, byReturn.get(returned));
            }
            if (largest != null
                    && later.token() <= largest.token()
                    && !isExcused(promise.orderExceptUnder(), later.slot(), later.invoked() - lease, later.granted())
                    && !wasFreed(promise.orderExceptUnder(), later, later.granted())) {
                pair(2, later + " began after " + largest + " had returned", largest, later, false);
            }
        }
    }

    private static Acquisition larger(@Nullable Acquisition one, Acquisition other) {
        return one == null || other.token() > one.token() ? other : one;
    }

    // 3

    private void acceptedTokensDoNotGoDown() {
        Map<String, Event> newest = new HashMap<>();
        history.events(Kind.ACCEPTED).forEach(write -> {
            Event before = newest.get(write.lock());
            if (before != null && write.token() < before.token()) {
                String what =
                        "the resource of " + write.lock() + " took token " + write.token() + " after " + before.token();
                violations.add(new Violation(3, what, List.of(), List.of(before, write)));
            } else {
                newest.put(write.lock(), write);
            }
        });
    }

    // 4

    private void claimsAreDisjoint(List<Acquisition> byReturn) {
        List<Acquisition> current = new ArrayList<>();
        for (Acquisition next : byReturn) {
            if (next.wasOver()) {
                // Its process stood still between the grant and its stamp: nobody acted on it, and it was not at that
                // time.
                continue;
            }
            current.removeIf(holder -> holder.ended() <= next.granted());
            for (Acquisition holder : current) {
                if (!isExcusedAsYounger(next)
                        && !wasFreed(promise.oneHolderExceptUnder(), holder, next.granted())
                        && !wasFreed(promise.orderExceptUnder(), next, next.granted())
                        && !isExcused(
                                promise.oneHolderExceptUnder(),
                                holder.slot(),
                                excusedFrom(holder, next.granted()),
                                next.granted())) {
                    String what = next + " got " + next.lock() + " " + millis(holder.ended() - next.granted())
                            + " before the claim of " + holder + " ended";
                    pair(4, what, holder, next, true);
                }
            }
            current.add(next);
        }
    }

    /**
     * The younger one may have been granted first and lost before its holder got to see it: then the fault came after the request.
     * Or it is what a hold handed on that was lost, and did not know it: then the fault may have come before.
     */
    private boolean isExcusedAsYounger(Acquisition next) {
        long from = next.granted() - lease;
        return isExcused(promise.orderExceptUnder(), next.slot(), from, next.granted())
                || isExcused(
                        promise.oneHolderExceptUnder(), next.slot(), Math.max(from, next.invoked()), next.granted());
    }

    // 5

    private void nobodyIsValidAfterASuccessor(List<Acquisition> byReturn) {
        record Check(Event event, Acquisition of) {}
        List<Check> checks = byReturn.stream()
                .flatMap(holder -> holder.checks().stream().map(event -> new Check(event, holder)))
                .sorted(Comparator.comparingLong(check -> check.event().at()))
                .toList();
        int returned = 0;
        Acquisition largest = null;
        for (Check check : checks) {
            for (;
                    returned < byReturn.size()
                            && byReturn.get(returned).granted() < check.event().at();
                    returned++) {
                largest = larger(largest, byReturn.get(returned));
            }
            Acquisition holder = check.of();
            if (largest != null
                    && largest.token() > holder.token()
                    && !wasFreed(
                            promise.oneHolderExceptUnder(),
                            holder,
                            check.event().at())
                    && !isExcused(
                            promise.oneHolderExceptUnder(),
                            holder.slot(),
                            excusedFrom(holder, check.event().at()),
                            check.event().at())) {
                String what = "the lease of " + holder + " called itself valid "
                        + millis(check.event().at() - largest.granted()) + " after " + largest + " was granted";
                List<Event> shown = Stream.concat(
                                Stream.concat(holder.grant().stream(), largest.grant().stream()),
                                Stream.of(check.event()))
                        .toList();
                violations.add(violation(5, what, List.of(holder, largest), shown));
            }
        }
    }

    // 6

    private void locksAreTakenAgain() {
        history.events(Kind.HEALED).forEach(this::locksAreTakenAgain);
    }

    private void locksAreTakenAgain(Event healed) {
        long limit = healed.at() + promise.takenAgainWithin().toNanos();
        Stream<String> locks =
                history.events(Kind.INVOKE).map(Event::lock).distinct().sorted();
        locks.forEach(lock -> {
            Optional<Acquisition> again = history.takenAgain(lock, healed.at());
            if (again.isEmpty() || again.get().granted() > limit) {
                String what = lock + " was "
                        + again.map(first -> "taken again " + millis(first.granted() - healed.at()) + " after healing")
                                .orElse("not taken again after healing");
                List<Event> shown = Stream.concat(
                                Stream.of(healed),
                                again.map(first -> first.grant().stream())
                                        .orElseGet(() -> history.events(Kind.INVOKE)
                                                .filter(invoke -> invoke.lock().equals(lock))
                                                .limit(1)))
                        .toList();
                violations.add(violation(6, what, again.stream().toList(), shown));
            }
        });
    }

    /**
     * That others take the locks does not help a client that does not. Where the clients did not go on for so long, nothing can be
     * said.
     */
    private void everyProcessIsServedAgain() {
        record Asked(Event first, Event last) {}
        Map<String, Asked> asked = new TreeMap<>();
        history.events(Kind.INVOKE)
                .forEach(invoke -> asked.merge(
                        invoke.process(),
                        new Asked(invoke, invoke),
                        (before, now) -> new Asked(before.first(), now.last())));
        long last =
                asked.values().stream().mapToLong(it -> it.last().at()).max().orElse(0);
        history.events(Kind.HEALED).forEach(healed -> {
            long limit = healed.at() + promise.servedAgainWithin().toNanos();
            if (last < limit) {
                return;
            }
            asked.forEach((process, requests) -> {
                boolean concerned = requests.first().at() < healed.at() && !history.wasKilled(process, limit);
                if (concerned && !isServed(process, healed.at(), limit)) {
                    String what = process + " took no lock for " + millis(limit - healed.at()) + " after healing";
                    List<Event> shown = asked.values().stream()
                            .map(Asked::last)
                            .filter(it -> it.at() == last)
                            .toList();
                    violations.add(violation(
                            6,
                            what,
                            List.of(),
                            Stream.concat(Stream.of(requests.first(), healed), shown.stream())
                                    .toList()));
                }
            });
        });
    }

    private boolean isServed(String process, long from, long to) {
        return history.acquisitions().values().stream()
                .flatMap(List::stream)
                .anyMatch(acquisition -> acquisition.process().equals(process)
                        && acquisition.granted() > from
                        && acquisition.granted() <= to
                        && !acquisition.wasOver());
    }

    private void everySurvivorReturned() {
        if (history.events(Kind.SHUT_DOWN).findAny().isEmpty()) {
            return;
        }
        for (Event invoke : history.stuck()) {
            String what = "a request of " + invoke.process() + " for " + invoke.lock() + " never returned";
            List<Event> shown = Stream.concat(Stream.of(invoke), history.events(Kind.SHUT_DOWN))
                    .toList();
            violations.add(violation(6, what, List.of(), shown));
        }
    }

    // 7

    private void nothingIsLeft() {
        history.events(Kind.LEFT)
                .forEach(left -> violations.add(
                        new Violation(7, left.note() + " is left of " + left.lock(), List.of(), List.of(left))));
    }

    // 8

    /** A process that is stopped cannot return. */
    private void everyRequestReturnedInTime() {
        for (History.Request request : history.requests()) {
            Event invoke = request.invoke();
            Event end = request.end();
            long late = end.at() - invoke.until() - promise.returnsWithin().toNanos();
            if (invoke.until() > 0 && late > 0 && late > stopped(invoke.slot(), invoke.at(), end.at())) {
                String what = "a request of " + invoke.process() + " for " + invoke.lock() + " returned "
                        + millis(end.at() - invoke.until()) + " after its time limit";
                violations.add(violation(8, what, List.of(), List.of(invoke, end)));
            }
        }
    }

    private long stopped(String slot, long from, long to) {
        return history.faults().stream()
                .filter(fault -> STOPS.contains(fault.kind()) && fault.harms(slot) && fault.touches(from, to))
                .mapToLong(fault -> Math.min(to, fault.end()) - Math.max(from, fault.begin()))
                .sum();
    }

    // 9

    private void noLeaseWasLostWithoutAFault() {
        history.events(Kind.LOST)
                .filter(lost -> lost.note().equals(LossReason.UNREACHABLE.name()))
                .forEach(lost -> {
                    Acquisition holder = history.acquisition(lost);
                    // A client may need two exchanges to get over what befell it before its last renewal.
                    long from = lost.at() - lease - 2 * promise.exchange().toNanos();
                    boolean harmed = history.faults().stream()
                            .anyMatch(fault -> fault.kind() != FaultKind.STOPPED_REPLICA
                                    && fault.harms(lost.slot())
                                    && fault.touches(from, lost.at()));
                    if (holder != null && !holder.wasOver() && !harmed) {
                        List<Event> shown = Stream.concat(holder.grant().stream(), Stream.of(lost))
                                .toList();
                        violations.add(violation(
                                9,
                                "the lease of " + holder + " was lost while its server was well",
                                List.of(holder),
                                shown));
                    }
                });
    }

    // 10

    private void raisedTokensPartTheHolders() {
        for (Taking taking : history.takings()) {
            Event end = taking.end();
            if (end != null && end.token() <= taking.seen()) {
                violations.add(violation(10, taking + ": not above it", List.of(), taking.events()));
            } else if (end != null) {
                history.acquisitions().getOrDefault(end.lock(), List.of()).stream()
                        .filter(between -> between.token() > taking.seen() && between.token() <= end.token())
                        .forEach(between -> {
                            List<Event> shown = Stream.concat(taking.events().stream(), between.grant().stream())
                                    .toList();
                            violations.add(violation(
                                    10,
                                    between + " is refused by " + taking + ", and came after",
                                    List.of(between),
                                    shown));
                        });
            }
        }
    }

    // 11

    private void noMorePermitsAreOutThanThereAre(List<Acquisition> byReturn) {
        List<Acquisition> current = new ArrayList<>();
        for (Acquisition next : byReturn) {
            if (next.wasOver()) {
                continue;
            }
            current.removeIf(holder -> holder.ended() <= next.granted());
            current.add(next);
            List<Acquisition> counted = current.stream()
                    .filter(holder -> !isExcused(
                            promise.oneHolderExceptUnder(),
                            holder.slot(),
                            excusedFrom(holder, next.granted()),
                            next.granted()))
                    .toList();
            int limit = Permits.of(next.lock()).limit();
            int out = counted.stream().mapToInt(Acquisition::permits).sum();
            if (out > limit && !isExcusedAsYounger(next)) {
                String what = next + " got " + next.permits() + " permits of " + next.lock() + ", and " + out
                        + " were out, of " + limit;
                List<Event> shown = counted.stream()
                        .flatMap(holder -> holder.claim().stream())
                        .toList();
                violations.add(violation(11, what, counted, shown));
            }
        }
    }

    // All

    /**
     * Whether an operator has freed the lock of this hold at once, and the promise says what may come of it. Its holder, and whom it hands
     * its tokens on to, may believe in it until its deadline, which is a lease away at the most.
     */
    private boolean wasFreed(Set<FaultKind> uncovered, Acquisition holder, long at) {
        return uncovered.contains(FaultKind.FORCE_RELEASE)
                && history.takings().stream()
                        .filter(Taking::isForced)
                        .filter(taking -> taking.mayHaveHit(holder))
                        .anyMatch(taking -> taking.begin().at() <= at && at <= latest(taking) + lease);
    }

    /** Of a taking whose end nobody knows, when it may have been carried out at the latest. */
    private long latest(Taking taking) {
        Event end = taking.end();
        return end != null ? end.at() : taking.begin().at() + promise.exchange().toNanos();
    }

    /**
     * From when on a fault excuses the older holder: from a lease before its grant, for it may be handed on. But whoever does not
     * hear of a loss for two leases (a ZooKeeper session is as long) has a defect, whatever the fault was.
     */
    private long excusedFrom(Acquisition holder, long at) {
        return Math.max(holder.granted(), at - lease) - lease;
    }

    /** Whether a fault that the promise does not cover harmed this holder in this time. */
    private boolean isExcused(Set<FaultKind> uncovered, String slot, long from, long to) {
        return !uncovered.isEmpty()
                && history.faults().stream()
                        .anyMatch(fault -> fault.kind() != FaultKind.FORCE_RELEASE
                                && uncovered.contains(fault.kind())
                                && fault.harms(slot)
                                && fault.touches(from, to));
    }

    private void pair(int invariant, String what, Acquisition first, Acquisition second, boolean withClaim) {
        List<Event> shown = Stream.concat((withClaim ? first.claim() : first.grant()).stream(), second.grant().stream())
                .toList();
        violations.add(violation(invariant, what, List.of(first, second), shown));
    }

    /** With the faults of the time, of which one may be the cause. */
    private Violation violation(int invariant, String what, List<Acquisition> pair, List<Event> shown) {
        long from = shown.stream().mapToLong(Event::at).min().orElseThrow();
        long to = shown.stream().mapToLong(Event::at).max().orElseThrow();
        Set<String> slots = new HashSet<>();
        shown.forEach(event -> slots.add(event.slot()));
        List<Event> evidence = Stream.concat(
                        shown.stream(),
                        history.faults().stream()
                                .filter(fault -> fault.touches(from, to)
                                        && slots.stream().anyMatch(fault::harms))
                                .flatMap(fault -> fault.events().stream()))
                .distinct()
                .sorted(Comparator.comparingLong(Event::at))
                .toList();
        return new Violation(invariant, what, pair, evidence);
    }

    private static String millis(long nanos) {
        return String.format("%.3f ms", nanos / NANOS_PER_MILLI);
    }
}
