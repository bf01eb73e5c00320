package dev.pawl.lock.internal;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The requests of one client for one name, in order of arrival. Touched by the events of its {@link LockQueue} only. */
final class WaitingRequests {

    private final Set<Waiter> waiters = new LinkedHashSet<>();

    void add(Waiter waiter) {
        waiters.add(waiter);
    }

    void remove(Waiter waiter) {
        waiters.remove(waiter);
    }

    boolean contains(Waiter waiter) {
        return waiters.contains(waiter);
    }

    boolean isEmpty() {
        return waiters.isEmpty();
    }

    int size() {
        return waiters.size();
    }

    @Nullable
    Waiter first() {
        return waiters.isEmpty() ? null : waiters.iterator().next();
    }

    /** Whether anybody stands behind the first. */
    boolean isMoreThanOne() {
        return waiters.size() > 1;
    }

    /** Whether anybody is left to wait if the answer is busy. */
    boolean anyCanWait() {
        for (Waiter waiter : waiters) {
            if (!waiter.isImpatient()) {
                return true;
            }
        }
        return false;
    }

    /** Those who want the answer to the attempt that is under way, and no more. */
    List<Waiter> impatient() {
        // Most of the time nobody is left, and a grant is on its way to the one who was: no stream over nothing.
        return waiters.isEmpty() ? List.of() : those(Waiter::isImpatient);
    }

    /** Some, in order; they stay. */
    List<Waiter> those(Predicate<Waiter> which) {
        return waiters.stream().filter(which).toList();
    }
}
