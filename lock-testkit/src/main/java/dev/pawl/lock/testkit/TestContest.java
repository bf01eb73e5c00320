package dev.pawl.lock.testkit;

import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.Contest;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A contest without an engine behind it, for a test that speaks to a {@link dev.pawl.lock.spi.LockBackend} itself: it counts its wake-ups
 * and remembers its losses. Safe for use by several threads.
 */
public final class TestContest implements Contest {

    private final String name;
    private final String owner;
    private final Duration leaseTime;
    private final Duration retryCeiling;
    private final int permits;
    private final int limit;
    private final AtomicInteger wakes = new AtomicInteger();
    private final Queue<LossReason> losses = new ConcurrentLinkedQueue<>();

    /**
     * A contest of a new owner, for a lease of 30 s.
     *
     * @param name what is contended for
     */
    public TestContest(String name) {
        this(name, Bench.LONG_LEASE);
    }

    /**
     * A contest of a new owner.
     *
     * @param name what is contended for
     * @param leaseTime for how long
     */
    public TestContest(String name, Duration leaseTime) {
        this(name, leaseTime, Duration.ofSeconds(1));
    }

    /**
     * A contest of a new owner.
     *
     * @param name what is contended for
     * @param leaseTime for how long
     * @param retryCeiling the longest that it stays away from the service
     */
    public TestContest(String name, Duration leaseTime, Duration retryCeiling) {
        this(name, UUID.randomUUID().toString(), leaseTime, retryCeiling, 0, 0);
    }

    private TestContest(String name, String owner, Duration leaseTime, Duration retryCeiling, int permits, int limit) {
        this.name = name;
        this.owner = owner;
        this.leaseTime = leaseTime;
        this.retryCeiling = retryCeiling;
        this.permits = permits;
        this.limit = limit;
    }

    /**
     * A contest of an owner that the test chooses.
     *
     * @param name what is contended for
     * @param owner by whom
     * @param leaseTime for how long
     * @return the contest
     */
    public static TestContest of(String name, String owner, Duration leaseTime) {
        return new TestContest(name, owner, leaseTime, Duration.ofSeconds(1), 0, 0);
    }

    /**
     * A contest of a new owner for permits of a semaphore.
     *
     * @param name what is contended for
     * @param leaseTime for how long
     * @param permits how many
     * @param limit how many may be out at once
     * @return the contest
     */
    public static TestContest forPermits(String name, Duration leaseTime, int permits, int limit) {
        return new TestContest(name, UUID.randomUUID().toString(), leaseTime, Duration.ofSeconds(1), permits, limit);
    }

    /**
     * How often it was woken.
     *
     * @return the count so far
     */
    public int wakes() {
        return wakes.get();
    }

    /**
     * What it was told to have lost.
     *
     * @return the reasons so far, in their order
     */
    public List<LossReason> losses() {
        return List.copyOf(losses);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String owner() {
        return owner;
    }

    @Override
    public Duration leaseTime() {
        return leaseTime;
    }

    @Override
    public Duration retryCeiling() {
        return retryCeiling;
    }

    @Override
    public Mode mode() {
        return permits == 0 ? Mode.EXCLUSIVE : Mode.PERMITS;
    }

    @Override
    public int permits() {
        return Math.max(1, permits);
    }

    @Override
    public int limit() {
        return Math.max(1, limit);
    }

    @Override
    public void wake() {
        wakes.incrementAndGet();
    }

    @Override
    public void lost(LossReason reason) {
        losses.add(reason);
    }
}
