package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LossReason;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Promise 3, and the rows "lease lost" and "{@code close()} after the lease was lost": a loss is known, and in time. */
public interface KnownLossContract extends ContractCase {

    /** How often a loop looks at a deadline, in ns. */
    long LOOK_AGAIN = 50_000;

    /** What ends a hold, and what its holder must then hear. */
    private void assertLost(LockOptions options, Runnable harm, LossReason... reasons) {
        assertLost(Bench.hold(bench().client(), bench().name(), options), options.leaseTime(), harm, reasons);
    }

    private void assertLost(Lease lease, Duration leaseTime, Runnable harm, LossReason... reasons) {
        BlockingQueue<LeaseLostEvent> events = new LinkedBlockingQueue<>();
        lease.onLost(events::add);
        harm.run();
        long deadline = System.nanoTime() + leaseTime.toNanos();
        boolean validPastTheDeadline = false;
        while (lease.isValid() && !validPastTheDeadline) {
            long before = System.nanoTime();
            validPastTheDeadline = lease.isValid() && before > deadline;
            LockSupport.parkNanos(LOOK_AGAIN);
        }
        assertThat(validPastTheDeadline).as("valid past its deadline").isFalse();
        assertThat(lease.remaining()).isZero();
        Bench.await("onLost").atMost(leaseTime.plus(Bench.ROOM)).until(() -> !events.isEmpty());
        LeaseLostEvent event = events.element();
        assertThat(event.reason()).isIn((Object[]) reasons);
        assertThat(event.token()).isEqualTo(lease.token());
        assertThat(event.name()).isEqualTo(lease.name());
        assertThat(event.held()).isPositive();
        assertThatThrownBy(lease::ensureValid)
                .asInstanceOf(InstanceOfAssertFactories.throwable(LeaseLostException.class))
                .satisfies(lost -> {
                    assertThat(lost.reason()).isEqualTo(event.reason());
                    assertThat(lost.lockName()).isEqualTo(lease.name());
                    assertThat(lost.token()).isEqualTo(lease.token());
                    assertThat(lost).hasMessageContaining(lease.name());
                });
    }

    @Test
    @Proves(Part.BACKEND)
    default void aLeaseWithoutRenewal_isLostAtItsEnd() {
        String name = bench().name();
        long before = System.nanoTime();
        Lease lease = Bench.hold(bench().client(), name, Bench.unrenewed(Bench.SHORT_LEASE));
        assertThat(lease.isValid()).isTrue();
        assertLost(lease, Bench.SHORT_LEASE, () -> {}, LossReason.EXPIRED);
        assertThat(Duration.ofNanos(System.nanoTime() - before))
                .as("the holder gets its whole lease but for the safety margin")
                .isGreaterThan(Bench.SHORT_LEASE.multipliedBy(95).dividedBy(100));
        bench().assertNothingLeft(name);
    }

    @Test
    default void aHoldThatTheServiceDropped_isLost() {
        Lease lease = Bench.hold(bench().client(), bench().name(), Bench.options(Bench.SHORT_LEASE));
        Runnable drop = () -> bench().fixture().loseLease(lease);
        assertLost(lease, Bench.SHORT_LEASE, drop, LossReason.EXPIRED, LossReason.SESSION_LOST);
    }

    @Test
    default void aHoldThatAnotherTookOver_isLost() {
        Lease lease = Bench.hold(bench().client(), bench().name(), Bench.options(Bench.SHORT_LEASE));
        Runnable takeOver = () -> bench().fixture().takeOver(lease);
        assertLost(lease, Bench.SHORT_LEASE, takeOver, LossReason.TAKEN_OVER, LossReason.SESSION_LOST);
    }

    @Test
    default void aHoldAtAPausedService_isLostAsUnreachable() {
        assertLost(Bench.options(Bench.SHORT_LEASE), bench()::pauseService, LossReason.UNREACHABLE);
    }

    @Test
    default void aHoldAtADeadService_isLostAsUnreachable() {
        assertLost(Bench.options(Bench.SHORT_LEASE), bench()::killService, LossReason.UNREACHABLE);
    }

    @Test
    @Proves(Part.BACKEND)
    default void aHoldOfAClosedClient_isLost() {
        assertLost(Bench.options(), bench().client()::close, LossReason.CLIENT_CLOSED);
    }

    @Test
    @Proves(Part.BACKEND)
    default void aHolderStoppedPastItsLease_knowsAtItsFirstInstruction() {
        String name = bench().name();
        LockClient next = bench().client();
        ChildJvm child = bench().child("watch", name, Long.toString(Bench.CHILD_LEASE.toMillis()));
        long token = Long.parseLong(child.awaitLine("held").get(0));
        child.await(
                "sees its lease valid",
                () -> child.lines().stream().anyMatch(line -> line.startsWith("saw ") && line.endsWith(" true")));
        child.stop();
        try (Lease successor = Bench.get(next.lock(name).acquireAsync(Bench.CHILD_LEASE.multipliedBy(4)))) {
            assertThat(successor.token().value()).isGreaterThan(token);
            long resumed = System.nanoTime();
            child.resume();
            child.await("goes on", () -> sightings(child, resumed).count() > 100);
            assertThat(sightings(child, resumed)).as("isValid() after SIGCONT").containsOnly("false");
            assertThat(successor.isValid()).isTrue();
        }
    }

    /** What a child said it saw since then. */
    static Stream<String> sightings(ChildJvm child, long since) {
        return child.lines().stream()
                .map(line -> line.split(" "))
                .filter(words -> words.length == 3 && words[0].equals("saw"))
                .filter(words -> Long.parseLong(words[1]) >= since)
                .map(words -> words[2]);
    }

    // Renewal goes on

    /** The renewal falls due after a third; what comes then has most of the lease for itself, on a busy machine too. */
    @Test
    default void aPauseShorterThanTheLease_isSurvived() {
        String name = bench().name();
        LockClient other = bench().newClient();
        BlockingQueue<LeaseLostEvent> events = new LinkedBlockingQueue<>();
        try (Lease lease = Bench.hold(bench().client(), name, Bench.options(Duration.ofSeconds(10)))) {
            lease.onLost(events::add);
            Duration given = lease.remaining();
            bench().pauseService();
            Duration withoutAnswer = given.multipliedBy(2).dividedBy(3).minusMillis(400);
            Bench.await("a renewal falls due and has no answer")
                    .until(() -> lease.remaining().compareTo(withoutAnswer) < 0);
            bench().resumeService();
            Duration renewed = given.multipliedBy(4).dividedBy(5);
            Bench.await("renewal goes on")
                    .atMost(given)
                    .until(() -> lease.remaining().compareTo(renewed) > 0);
            assertThat(lease.isValid()).isTrue();
            assertThat(other.lock(name).tryAcquire()).isEmpty();
        }
        assertThat(events).isEmpty();
        bench().assertNothingLeft(name);
    }

    @Test
    default void aRestartShorterThanTheLease_isSurvived() {
        String name = bench().name();
        Duration leaseTime = Duration.ofSeconds(12);
        Lease lease = Bench.hold(bench().client(), name, Bench.options(leaseTime));
        bench().killService();
        bench().startService(true);
        assertRenewed(lease, leaseTime);
        lease.close();
        bench().assertNothingLeft(name);
    }

    private static void assertRenewed(Lease lease, Duration leaseTime) {
        long before = deadline(lease);
        Bench.await("the deadline moves on")
                .atMost(leaseTime)
                .until(() -> deadline(lease) - before > Duration.ofMillis(100).toNanos());
        assertThat(lease.isValid()).isTrue();
    }

    private static long deadline(Lease lease) {
        return System.nanoTime() + lease.remaining().toNanos();
    }

    /** A keep-alive that ends with its first exception does not show it before the lease has run out. */
    @Test
    default void aRenewalThatFails_isToldAndDoesNotEndRenewal() {
        String name = bench().name();
        Duration leaseTime = bench().fixture().ioLimit().multipliedBy(4);
        BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
        bench().client().addListener(Listeners.onRenewalFailed(failures::add));
        Lease lease = Bench.hold(bench().client(), name, Bench.options(leaseTime));
        bench().pauseService();
        Bench.await("a failed renewal").atMost(leaseTime).until(() -> !failures.isEmpty());
        bench().resumeService();
        assertRenewed(lease, leaseTime);
        lease.close();
        bench().assertNothingLeft(name);
    }

    // What the holder can do with the news

    private Lease lost() {
        Lease lease = Bench.hold(bench().client(), bench().name(), Bench.unrenewed(Bench.BRIEF_LEASE));
        Bench.await("loss").until(() -> !lease.isValid());
        return lease;
    }

    @Test
    @Proves(Part.ENGINE)
    default void closeAfterTheLoss_throwsWhatWasLost() {
        Lease lease = lost();
        assertThatThrownBy(lease::close)
                .asInstanceOf(InstanceOfAssertFactories.throwable(LeaseLostException.class))
                .satisfies(lost -> assertThat(lost.token()).isEqualTo(lease.token()))
                .satisfies(lost -> assertThat(lost.reason()).isEqualTo(LossReason.EXPIRED));
        lease.close();
        assertThat(lease.isValid()).isFalse();
    }

    @Test
    @Proves(Part.ENGINE)
    default void releaseAsyncAfterTheLoss_completesWithWhatWasLost() {
        assertThat(Bench.failure(lost().releaseAsync())).isInstanceOf(LeaseLostException.class);
    }

    @Test
    @Proves(Part.ENGINE)
    default void tryWithResources_keepsTheBodysException() {
        IllegalStateException ofTheBody = new IllegalStateException("the body's own");
        assertThatThrownBy(() -> {
                    try (Lease lease = lost()) {
                        throw ofTheBody;
                    }
                })
                .isSameAs(ofTheBody)
                .satisfies(e -> assertThat(e.getSuppressed()).hasOnlyElementsOfType(LeaseLostException.class));
    }

    /** From the first instant at which the lease is invalid, whether a timer has seen it or not. */
    @Test
    @Proves(Part.ENGINE)
    default void onLostAfterTheLoss_runsAtOnce() {
        for (int i = 0; i < 5; i++) {
            Lease lease = Bench.hold(bench().client(), bench().name(), Bench.unrenewed(Bench.BRIEF_LEASE));
            while (lease.isValid()) {
                Thread.onSpinWait();
            }
            AtomicReference<@Nullable Thread> caller = new AtomicReference<>();
            lease.onLost(event -> caller.set(Thread.currentThread()));
            assertThat(caller.get()).isSameAs(Thread.currentThread());
        }
    }

    @Test
    @Proves(Part.ENGINE)
    default void aLoss_isToldOnceToEachAction() {
        Lease lease = Bench.hold(bench().client(), bench().name(), Bench.unrenewed(Bench.BRIEF_LEASE));
        List<BlockingQueue<LeaseLostEvent>> heard = Stream.<BlockingQueue<LeaseLostEvent>>generate(
                        LinkedBlockingQueue::new)
                .limit(5)
                .toList();
        heard.forEach(events -> lease.onLost(events::add));
        bench().client().close();
        Bench.await("the news").until(() -> heard.stream().noneMatch(BlockingQueue::isEmpty));
        assertThatThrownBy(lease::close).isInstanceOf(LeaseLostException.class);
        assertThat(heard).allSatisfy(events -> assertThat(events).hasSize(1));
    }

    @Test
    @Proves(Part.ENGINE)
    default void aReleasedLease_isNeverToldLost() {
        BlockingQueue<LeaseLostEvent> events = new LinkedBlockingQueue<>();
        Lease lease = Bench.hold(bench().client(), bench().name(), Bench.unrenewed(Bench.BRIEF_LEASE));
        lease.onLost(events::add);
        lease.close();
        lease.onLost(events::add);
        Bench.await("the end of the lease that was released")
                .during(Bench.BRIEF_LEASE.multipliedBy(2))
                .until(events::isEmpty);
        assertThat(lease.isValid()).isFalse();
        assertThat(lease.remaining()).isZero();
        assertThatThrownBy(lease::ensureValid)
                .asInstanceOf(InstanceOfAssertFactories.throwable(LeaseLostException.class))
                .satisfies(lost -> assertThat(lost.reason()).isEqualTo(LossReason.RELEASED));
    }

    @Test
    @Proves(Part.ENGINE)
    default void anActionThatThrows_keepsTheNewsFromNobody() {
        BlockingQueue<LeaseLostEvent> events = new LinkedBlockingQueue<>();
        Lease lease = Bench.hold(bench().client(), bench().name(), Bench.unrenewed(Bench.BRIEF_LEASE));
        lease.onLost(event -> {
            throw new IllegalStateException("thrown by the action of a test");
        });
        lease.onLost(events::add);
        Bench.await("the news").until(() -> !events.isEmpty());
    }

    @Test
    @Proves(Part.ENGINE)
    default void anActionThatBlocks_keepsTheNewsFromNoOtherLease() {
        LockClient client = bench().client();
        CountDownLatch end = new CountDownLatch(1);
        BlockingQueue<LeaseLostEvent> events = new LinkedBlockingQueue<>();
        for (int i = 0; i < 10; i++) {
            Lease lease = Bench.hold(client, bench().name(), Bench.unrenewed(Bench.BRIEF_LEASE));
            lease.onLost(event -> {
                try {
                    end.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        Lease other = Bench.hold(client, bench().name(), Bench.unrenewed(Bench.BRIEF_LEASE));
        other.onLost(events::add);
        try {
            Bench.await("the news").atMost(Bench.ROOM.plus(Bench.BRIEF_LEASE)).until(() -> !events.isEmpty());
        } finally {
            end.countDown();
        }
    }
}
