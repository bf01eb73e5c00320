package dev.pawl.lock.zookeeper;

import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.Contest;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A contest that counts its wake-ups and remembers its losses. */
final class TestContest implements Contest {

    private final String name;
    private final String owner = UUID.randomUUID().toString();
    private final Duration leaseTime;
    private final Duration retryCeiling;
    private final AtomicInteger wakes = new AtomicInteger();
    private final Queue<LossReason> losses = new ConcurrentLinkedQueue<>();

    TestContest(String name) {
        this(name, Duration.ofSeconds(30));
    }

    TestContest(String name, Duration leaseTime) {
        this(name, leaseTime, Duration.ofSeconds(1));
    }

    TestContest(String name, Duration leaseTime, Duration retryCeiling) {
        this.name = name;
        this.leaseTime = leaseTime;
        this.retryCeiling = retryCeiling;
    }

    List<LossReason> losses() {
        return List.copyOf(losses);
    }

    int wakes() {
        return wakes.get();
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
    public void wake() {
        wakes.incrementAndGet();
    }

    @Override
    public void lost(LossReason reason) {
        losses.add(reason);
    }
}
