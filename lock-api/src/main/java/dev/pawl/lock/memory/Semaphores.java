package dev.pawl.lock.memory;

import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.spi.Ticker;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The semaphores of the service, or its reader-writer locks. Guarded as {@link Names} is, and with its two clocks.
 *
 * <p>Permits are out for a hold, or reserved for a waiter whose turn has come: it was woken, and takes them with its next attempt. A waiter for
 * whom there are not enough keeps those behind it waiting, so that nobody overtakes it for ever.
 */
final class Semaphores {

    /** Permits that are out. */
    private static final class Share {
        final Contest contest;

        /** Null while the permits are reserved. */
        final @Nullable MemoryGrant grant;

        /** By the clock of leases, or for a reservation by the other one. */
        long until;

        Share(Contest contest, @Nullable MemoryGrant grant, long until) {
            this.contest = contest;
            this.grant = grant;
            this.until = until;
        }
    }

    /** Both in order of arrival, by owner id. */
    private static final class Semaphore {
        final Map<String, Share> shares = new LinkedHashMap<>();
        final Map<String, Contest> waiting = new LinkedHashMap<>();

        int out() {
            return shares.values().stream()
                    .mapToInt(share -> share.contest.permits())
                    .sum();
        }

        boolean hasRoomFor(Contest contest) {
            return (long) out() + contest.permits() <= contest.limit();
        }

        @Nullable
        Contest head() {
            return waiting.isEmpty() ? null : waiting.values().iterator().next();
        }

        boolean isIdle() {
            return shares.isEmpty() && waiting.isEmpty();
        }
    }

    private final Map<String, Semaphore> semaphores = new HashMap<>();
    private final Ticker leaseClock;
    private final Ticker reservationClock;
    private final LongSupplier tokens;
    private final Consumer<Runnable> signals;

    /**
     * @param tokens gives the next token
     * @param signals takes what is to be told to clients
     */
    Semaphores(Ticker leaseClock, Ticker reservationClock, LongSupplier tokens, Consumer<Runnable> signals) {
        this.leaseClock = leaseClock;
        this.reservationClock = reservationClock;
        this.tokens = tokens;
        this.signals = signals;
    }

    Attempt attempt(Contest contest, boolean willWait) {
        Semaphore semaphore = semaphores.computeIfAbsent(contest.name(), name -> new Semaphore());
        dropEnded(semaphore);
        Share mine = semaphore.shares.get(contest.owner());
        if (mine != null && mine.grant != null) {
            // A replay. The engine counts its validity from this request, so the service has to as well.
            mine.until = leaseClock.nanos() + contest.leaseTime().toNanos();
            return new Attempt.Granted(mine.grant);
        }
        boolean isNext = handOver(semaphore, contest);
        if (mine != null || (isNext && semaphore.hasRoomFor(contest))) {
            semaphore.waiting.remove(contest.owner());
            Attempt.Granted granted = grant(semaphore, contest);
            handOver(semaphore, contest);
            return granted;
        }
        if (willWait) {
            semaphore.waiting.putIfAbsent(contest.owner(), contest);
        } else {
            semaphore.waiting.remove(contest.owner());
        }
        return Attempt.Busy.until(untilTheNextEnds(semaphore));
    }

    private Attempt.Granted grant(Semaphore semaphore, Contest contest) {
        MemoryGrant grant = new MemoryGrant(contest, tokens.getAsLong(), 1);
        long until = leaseClock.nanos() + contest.leaseTime().toNanos();
        semaphore.shares.put(contest.owner(), new Share(contest, grant, until));
        return new Attempt.Granted(grant);
    }

    RenewalOutcome renew(Grant grant, Duration time) {
        Share share = holdOf(grant.contest());
        if (share == null) {
            return RenewalOutcome.NOT_HELD;
        }
        share.until = leaseClock.nanos() + time.toNanos();
        return RenewalOutcome.RENEWED;
    }

    ReleaseOutcome release(Grant grant) {
        Contest contest = grant.contest();
        if (holdOf(contest) == null) {
            return ReleaseOutcome.NOT_HELD;
        }
        leave(contest);
        return ReleaseOutcome.RELEASED;
    }

    void leave(Contest contest) {
        Semaphore semaphore = semaphores.get(contest.name());
        if (semaphore != null) {
            dropEnded(semaphore);
            semaphore.waiting.remove(contest.owner());
            semaphore.shares.remove(contest.owner());
            tidy(contest.name(), semaphore);
        }
    }

    // Harm, and a look at what there is

    /**
     * Ends the hold with a token.
     *
     * @param reason what its holder is told; null to tell it nothing
     */
    boolean end(String name, long token, @Nullable LossReason reason) {
        Semaphore semaphore = semaphores.get(name);
        Optional<Share> lost = semaphore == null
                ? Optional.empty()
                : semaphore.shares.values().stream()
                        .filter(share -> share.grant != null && share.grant.firstToken() == token && !isOver(share))
                        .findFirst();
        lost.ifPresent(share -> {
            if (reason != null) {
                signals.accept(() -> share.contest.lost(reason));
            }
            leave(share.contest);
        });
        return lost.isPresent();
    }

    void clear() {
        wakeAll();
        semaphores.clear();
    }

    void wakeAll() {
        semaphores.values().forEach(semaphore -> semaphore.waiting.values().forEach(this::wake));
    }

    /** How many permits are held; those that are reserved are not. */
    int held(String name) {
        return holds(name).mapToInt(share -> share.contest.permits()).sum();
    }

    /** How many hold any. */
    int holders(String name) {
        return (int) holds(name).count();
    }

    private Stream<Share> holds(String name) {
        Semaphore semaphore = semaphores.get(name);
        return semaphore == null
                ? Stream.empty()
                : semaphore.shares.values().stream().filter(share -> share.grant != null && !isOver(share));
    }

    /** Those for whom permits are reserved included. */
    int waiting(String name) {
        Semaphore semaphore = semaphores.get(name);
        return semaphore == null
                ? 0
                : semaphore.waiting.size()
                        + (int) semaphore.shares.values().stream()
                                .filter(share -> share.grant == null && !isOver(share))
                                .count();
    }

    int size() {
        semaphores.values().forEach(this::dropEnded);
        semaphores.values().removeIf(Semaphore::isIdle);
        return semaphores.size();
    }

    // Steps

    private @Nullable Share holdOf(Contest contest) {
        Semaphore semaphore = semaphores.get(contest.name());
        Share share = semaphore == null ? null : semaphore.shares.get(contest.owner());
        return share == null || share.grant == null || isOver(share) ? null : share;
    }

    private boolean isOver(Share share) {
        return left(share) <= 0;
    }

    private long left(Share share) {
        return share.until - (share.grant == null ? reservationClock : leaseClock).nanos();
    }

    private void dropEnded(Semaphore semaphore) {
        semaphore.shares.values().removeIf(this::isOver);
    }

    /**
     * Reserves what is free for those who wait, in their order, up to the one who asks, and up to one for whom there is not enough.
     *
     * @return whether nobody is left before the one who asks
     */
    private boolean handOver(Semaphore semaphore, @Nullable Contest asking) {
        while (true) {
            Contest head = semaphore.head();
            if (head == null || (asking != null && head.owner().equals(asking.owner()))) {
                return true;
            }
            if (!semaphore.hasRoomFor(head)) {
                return false;
            }
            semaphore.waiting.remove(head.owner());
            long until = reservationClock.nanos() + Names.RESERVATION.toNanos();
            semaphore.shares.put(head.owner(), new Share(head, null, until));
            wake(head);
        }
    }

    private void tidy(String name, Semaphore semaphore) {
        handOver(semaphore, null);
        if (semaphore.isIdle()) {
            semaphores.remove(name);
        }
    }

    private Duration untilTheNextEnds(Semaphore semaphore) {
        long next =
                semaphore.shares.values().stream().mapToLong(this::left).min().orElse(Names.RESERVATION.toNanos());
        return Duration.ofNanos(Math.max(1, next));
    }

    private void wake(Contest contest) {
        signals.accept(contest::wake);
    }
}
