package dev.pawl.lock.memory;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.memory.Entry.Hold;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.spi.Ticker;
import dev.pawl.lock.spi.TokenBlock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The state of the service, as the scripts of a Redis would see it. Not thread-safe: guarded by its {@link MemoryBackend}, which
 * sends the {@linkplain #drainSignals() signals} after it has let go of its lock.
 *
 * <p>Two clocks: leases are measured by one that {@link MemoryBackend#advance} moves; a reservation asks whether its owner is
 * alive, which a jump of that clock says nothing about.
 */
final class Names {

    static final Duration RESERVATION = Duration.ofMillis(100);
    private static final Duration FOREIGN_LEASE = Duration.ofSeconds(30);
    private static final String FOREIGN_OWNER = "~foreign"; // no contest's: '~' is not in an owner id
    private static final int FIRST_SWEEP = 1_024;

    private final Map<String, Entry> entries = new HashMap<>();
    private final Ticker leaseClock;
    private final Ticker reservationClock;
    private List<Runnable> signals = new ArrayList<>();
    private long lastToken;
    private final Semaphores semaphores;
    private final Semaphores readWriteLocks;
    private int sweepAt = FIRST_SWEEP;

    Names(Ticker leaseClock, Ticker reservationClock) {
        this.leaseClock = leaseClock;
        this.reservationClock = reservationClock;
        semaphores = shared();
        readWriteLocks = shared();
    }

    private Semaphores shared() {
        return new Semaphores(leaseClock, reservationClock, () -> ++lastToken, signal -> signals.add(signal));
    }

    Semaphores readWriteLocks() {
        return readWriteLocks;
    }

    private Semaphores sharedFor(Contest contest) {
        return contest.mode() == Contest.Mode.PERMITS ? semaphores : readWriteLocks;
    }

    Semaphores semaphores() {
        return semaphores;
    }

    private static boolean isShared(Contest contest) {
        return contest.mode() != Contest.Mode.EXCLUSIVE;
    }

    Attempt attempt(Contest contest, boolean willWait, int tokens) {
        if (isShared(contest)) {
            return sharedFor(contest).attempt(contest, willWait);
        }
        long now = leaseClock.nanos();
        Entry entry = entry(contest.name());
        Hold hold = entry.holdAt(now);
        if (hold != null && hold.grant != null && isOf(hold, contest)) {
            // A replay. The engine counts its validity from this request, so the service has to as well.
            hold.renew(now);
            return new Attempt.Granted(hold.grant);
        }
        if (hold != null) {
            queue(entry, contest, willWait);
            return Attempt.Busy.until(rest(hold.until - now), describe(contest.name(), hold));
        }
        entry.hold = null;
        Contest head = liveHead(entry, contest);
        if (head == null || head.owner().equals(contest.owner())) {
            return grant(entry, contest, tokens, now);
        }
        reserve(entry);
        queue(entry, contest, willWait);
        return Attempt.Busy.until(rest(entry.reservedUntil - reservationClock.nanos()));
    }

    /** All or none. */
    List<Grant> attemptAll(List<Contest> contests) {
        long now = leaseClock.nanos();
        boolean free = contests.stream()
                .map(contest -> entries.get(contest.name()))
                .allMatch(entry -> entry == null || (entry.holdAt(now) == null && entry.waiting.isEmpty()));
        if (!free) {
            return List.of();
        }
        List<Grant> grants = new ArrayList<>();
        for (Contest contest : contests) {
            grants.add(grant(entry(contest.name()), contest, 1, now).grant());
        }
        return grants;
    }

    Map<Grant, RenewalOutcome> renew(List<Grant> due) {
        Map<Grant, RenewalOutcome> outcomes = new HashMap<>();
        due.forEach(grant -> outcomes.put(grant, renew(grant)));
        return outcomes;
    }

    private RenewalOutcome renew(Grant grant) {
        return renew(grant, grant.contest().leaseTime());
    }

    RenewalOutcome renew(Grant grant, Duration time) {
        if (isShared(grant.contest())) {
            return sharedFor(grant.contest()).renew(grant, time);
        }
        long now = leaseClock.nanos();
        Hold hold = holdOf(grant.contest().name(), now);
        if (hold == null) {
            return RenewalOutcome.NOT_HELD;
        }
        if (!isOf(hold, grant.contest())) {
            return RenewalOutcome.TAKEN;
        }
        hold.renew(now, time.toNanos());
        return RenewalOutcome.RENEWED;
    }

    ReleaseOutcome release(Grant grant) {
        if (isShared(grant.contest())) {
            return sharedFor(grant.contest()).release(grant);
        }
        Contest contest = grant.contest();
        Hold hold = holdOf(contest.name(), leaseClock.nanos());
        if (hold == null || hold.kept || !hold.owner.equals(contest.owner())) {
            return ReleaseOutcome.NOT_HELD;
        }
        free(contest.name());
        return ReleaseOutcome.RELEASED;
    }

    /** Asked again, it makes the rest no longer. One that was taken away is free. */
    ReleaseOutcome releaseLater(Grant grant, Duration rest) {
        Contest contest = grant.contest();
        long now = leaseClock.nanos();
        Hold hold = holdOf(contest.name(), now);
        if (hold == null || hold.revoked || !hold.owner.equals(contest.owner())) {
            return release(grant);
        }
        if (!hold.kept || hold.until - now > rest.toNanos()) {
            hold.renew(now, rest.toNanos());
        }
        hold.kept = true;
        return ReleaseOutcome.RELEASED;
    }

    /** More tokens, while nobody else waits. */
    Optional<TokenBlock> extend(Grant grant, int wanted) {
        Contest contest = grant.contest();
        Entry entry = entries.get(contest.name());
        Hold hold = holdOf(contest.name(), leaseClock.nanos());
        if (hold == null || !isOf(hold, contest) || entry == null || !entry.waiting.isEmpty()) {
            return Optional.empty();
        }
        TokenBlock more = new TokenBlock(lastToken + 1, wanted);
        lastToken = Math.addExact(lastToken, wanted);
        hold.token = lastToken;
        return Optional.of(more);
    }

    /** Whether the contest has the hold, and it was not taken away from it. */
    private static boolean isOf(Hold hold, Contest contest) {
        return hold.owner.equals(contest.owner()) && !hold.revoked && !hold.kept;
    }

    Optional<LockInfo> inspect(String name) {
        Hold hold = holdOf(name, leaseClock.nanos());
        return hold == null ? Optional.empty() : Optional.of(describe(name, hold));
    }

    List<LockInfo> list(String prefix, int limit) {
        long now = leaseClock.nanos();
        List<LockInfo> listed = new ArrayList<>();
        for (Map.Entry<String, Entry> known : entries.entrySet()) {
            Hold hold = known.getValue().holdAt(now);
            if (hold != null && known.getKey().startsWith(prefix)) {
                listed.add(describe(known.getKey(), hold));
                if (listed.size() == limit) {
                    break;
                }
            }
        }
        return listed;
    }

    /** The holder is told at once; what it releases then is given to the next. */
    Optional<LockInfo> takeAway(FencingToken seen, boolean atOnce) {
        String name = seen.lock();
        Hold hold = holdOf(name, leaseClock.nanos());
        if (hold == null || hold.token != seen.value()) {
            return Optional.empty();
        }
        lastToken++;
        hold.token = lastToken;
        hold.revoked = true;
        LockInfo taken = describe(name, hold);
        MemoryGrant grant = hold.grant;
        if (grant != null) {
            signals.add(() -> grant.contest().lost(LossReason.TAKEN_OVER));
        }
        if (atOnce || hold.kept) {
            free(name);
        }
        return Optional.of(taken);
    }

    private LockInfo describe(String name, Hold hold) {
        return LockInfo.builder(new FencingToken(name, hold.token))
                .holder(hold.grant == null ? "" : hold.grant.contest().holder())
                .waiting(waiting(name))
                .revoked(hold.revoked)
                .build();
    }

    void leave(Contest contest) {
        if (isShared(contest)) {
            sharedFor(contest).leave(contest);
            return;
        }
        Entry entry = entries.get(contest.name());
        if (entry == null) {
            return;
        }
        entry.stopWaiting(contest.owner());
        if (entry.hold != null && entry.hold.owner.equals(contest.owner())) {
            entry.hold = null;
        }
        passOn(contest.name(), entry);
    }

    // Harm, and a look at what there is

    boolean expire(String name) {
        if (!isHeld(name)) {
            return false;
        }
        free(name);
        return true;
    }

    /**
     * Ends the hold of a client.
     *
     * @param token one of the hold's tokens, or null for whichever it has
     * @param reason what its holder is told; null to tell it nothing
     */
    boolean end(String name, @Nullable Long token, @Nullable LossReason reason) {
        Hold hold = holdOf(name, leaseClock.nanos());
        MemoryGrant grant = hold == null ? null : hold.grant;
        if (grant == null || (token != null && !covers(grant, token))) {
            return false;
        }
        if (reason != null) {
            signals.add(() -> grant.contest().lost(reason));
        }
        free(name);
        return true;
    }

    void takeOver(String name) {
        long now = leaseClock.nanos();
        Entry entry = entry(name);
        Hold before = entry.holdAt(now);
        long leaseNanos = before == null ? FOREIGN_LEASE.toNanos() : before.leaseNanos;
        lastToken++;
        entry.hold = new Hold(FOREIGN_OWNER, leaseNanos, null, lastToken, now);
        entry.reserved = false;
    }

    void clear() {
        wakeAll();
        entries.clear();
        semaphores.clear();
        readWriteLocks.clear();
    }

    void wakeAll() {
        entries.values().forEach(entry -> entry.waiting.values().forEach(this::signalWake));
        semaphores.wakeAll();
        readWriteLocks.wakeAll();
    }

    boolean isHeld(String name) {
        return holdOf(name, leaseClock.nanos()) != null;
    }

    int waiting(String name) {
        Entry entry = entries.get(name);
        return entry == null ? 0 : entry.waiting.size();
    }

    int size() {
        sweep();
        return entries.size() + semaphores.size() + readWriteLocks.size();
    }

    /** A reply goes before what the same request had to say to others. */
    void signalFirst(Runnable reply) {
        signals.add(0, reply);
    }

    List<Runnable> drainSignals() {
        if (signals.isEmpty()) {
            return List.of();
        }
        List<Runnable> drained = signals;
        signals = new ArrayList<>();
        return drained;
    }

    // Steps

    private Attempt.Granted grant(Entry entry, Contest contest, int tokens, long now) {
        entry.stopWaiting(contest.owner());
        MemoryGrant grant = new MemoryGrant(contest, lastToken + 1, tokens);
        lastToken = Math.addExact(lastToken, tokens);
        entry.hold = new Hold(contest.owner(), contest.leaseTime().toNanos(), grant, lastToken, now);
        return new Attempt.Granted(grant);
    }

    private static void queue(Entry entry, Contest contest, boolean willWait) {
        if (willWait) {
            entry.waiting.putIfAbsent(contest.owner(), contest);
        } else {
            entry.stopWaiting(contest.owner());
        }
    }

    private static Duration rest(long nanos) {
        return Duration.ofNanos(Math.max(1, nanos));
    }

    /** The head of the queue, after a head that let its reservation pass is dropped: it is taken for dead. */
    private @Nullable Contest liveHead(Entry entry, Contest asking) {
        Contest head = entry.head();
        boolean passed = entry.reserved && reservationClock.nanos() - entry.reservedUntil >= 0;
        if (head == null || !passed || head.owner().equals(asking.owner())) {
            return head;
        }
        entry.stopWaiting(head.owner());
        return entry.head();
    }

    private void free(String name) {
        Entry entry = entries.get(name);
        if (entry != null) {
            entry.hold = null;
            passOn(name, entry);
        }
    }

    /** Reserves a free lock for the head of its queue, or forgets the name when nobody waits. */
    private void passOn(String name, Entry entry) {
        if (entry.holdAt(leaseClock.nanos()) != null) {
            return;
        }
        if (entry.waiting.isEmpty()) {
            entries.remove(name);
        } else {
            reserve(entry);
        }
    }

    private void reserve(Entry entry) {
        Contest head = entry.head();
        if (head != null && !entry.reserved) {
            entry.reserved = true;
            entry.reservedUntil = reservationClock.nanos() + RESERVATION.toNanos();
            signalWake(head);
        }
    }

    private void signalWake(Contest contest) {
        signals.add(contest::wake);
    }

    private Entry entry(String name) {
        Entry known = entries.get(name);
        if (known != null) {
            return known;
        }
        if (entries.size() >= sweepAt) {
            sweep();
            sweepAt = Math.max(FIRST_SWEEP, 2 * entries.size());
        }
        Entry fresh = new Entry();
        entries.put(name, fresh);
        return fresh;
    }

    /** Holds that nobody renewed, released or asked for again. Doubling {@link #sweepAt} keeps the cost constant for each name. */
    private void sweep() {
        long now = leaseClock.nanos();
        entries.values().removeIf(entry -> entry.waiting.isEmpty() && entry.holdAt(now) == null);
    }

    private @Nullable Hold holdOf(String name, long now) {
        Entry entry = entries.get(name);
        return entry == null ? null : entry.holdAt(now);
    }

    private static boolean covers(MemoryGrant grant, long token) {
        return token >= grant.firstToken() && token - grant.firstToken() < grant.tokens();
    }
}
