package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseAction;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LockTimeoutException;
import dev.pawl.lock.MultiLock;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The ways to acquire that take a body: acquire, body, close, whichever way the body ends. */
public interface BodyContract extends ContractCase {

    @Test
    default void aBody_holdsTheLock_andTheLockIsFreeAfterIt() throws Exception {
        DistributedLock lock = bench().client().lock(bench().name());
        DistributedLock other = bench().newClient().lock(lock.name());
        Duration time = Duration.ofSeconds(30);
        AtomicInteger ran = new AtomicInteger();
        LeaseAction<Lease, RuntimeException> body = lease -> {
            lease.ensureValid();
            assertThat(other.tryRun(unwanted -> ran.addAndGet(100))).isFalse();
            ran.incrementAndGet();
        };
        lock.run(body);
        lock.run(time, body);
        assertThat(lock.tryRun(body)).isTrue();
        assertThat(lock.tryRun(time, body)).isTrue();
        assertThat(ran).hasValue(4);

        List<Long> tokens = List.of(
                lock.call(lease -> lease.token().value()),
                other.call(time, lease -> lease.token().value()),
                lock.tryCall(lease -> lease.token().value()).orElseThrow(),
                other.tryCall(time, lease -> lease.token().value()).orElseThrow());
        assertThat(tokens).isSorted().doesNotHaveDuplicates();
        bench().assertNothingLeft(lock.name());
    }

    @Test
    @Proves(Part.ENGINE)
    default void aBodyThatThrows_letsTheLockGo() throws Exception {
        DistributedLock lock = bench().client().lock(bench().name());
        assertThatThrownBy(() -> lock.run(lease -> {
                    throw new IOException("thrown by the body of a test");
                }))
                .isExactlyInstanceOf(IOException.class)
                .hasNoSuppressedExceptions();
        assertThatThrownBy(() -> lock.tryCall(lease -> nothing())).isExactlyInstanceOf(NullPointerException.class);
        assertThat(lock.tryRun(lease -> {})).isTrue();
        bench().assertNothingLeft(lock.name());
    }

    @SuppressWarnings("NullAway") // the result that no body of tryCall may have
    private static String nothing() {
        return null;
    }

    @Test
    @Proves(Part.ENGINE)
    default void aBodyWhoseLockIsBusy_doesNotRun() throws Exception {
        DistributedLock lock = bench().client().lock(bench().name());
        Duration time = Duration.ofMillis(50);
        AtomicInteger ran = new AtomicInteger();
        try (Lease holder = Bench.hold(bench().newClient(), lock.name())) {
            assertThat(lock.tryRun(lease -> ran.incrementAndGet())).isFalse();
            assertThat(lock.tryRun(time, lease -> ran.incrementAndGet())).isFalse();
            assertThat(lock.tryCall(lease -> ran.incrementAndGet())).isEmpty();
            assertThat(lock.tryCall(time, lease -> ran.incrementAndGet())).isEmpty();
            assertThatThrownBy(() -> lock.run(time, lease -> ran.incrementAndGet()))
                    .isInstanceOf(LockTimeoutException.class);
            assertThatThrownBy(() -> lock.call(time, lease -> ran.incrementAndGet()))
                    .isInstanceOf(LockTimeoutException.class);
            assertThat(holder.isValid()).isTrue();
        }
        assertThat(ran).hasValue(0);
    }

    @Test
    @Proves(Part.ENGINE)
    default void aBodyThatLostItsLease_isToldSo() {
        DistributedLock lock = bench().client().lock(bench().name(), Bench.unrenewed(Bench.SHORT_LEASE));
        assertThatThrownBy(() -> lock.run(BodyContract::outlive)).isInstanceOf(LeaseLostException.class);
        assertThatThrownBy(() -> lock.run(lease -> {
                    outlive(lease);
                    throw new IOException("thrown by the body of a test");
                }))
                .isExactlyInstanceOf(IOException.class)
                .satisfies(thrown ->
                        assertThat(thrown.getSuppressed()).singleElement().isInstanceOf(LeaseLostException.class));
    }

    @Test
    @Proves(Part.ENGINE)
    default void aLoss_interruptsTheBodyThatAskedForIt_andNothingAfterTheBody() {
        LockOptions options = Bench.unrenewed(Bench.SHORT_LEASE).toBuilder()
                .interruptOnLoss(true)
                .build();
        DistributedLock lock = bench().client().lock(bench().name(), options);
        MultiLock several = bench().client().lockAll(List.of(bench().name(), bench().name()), options);

        assertThatThrownBy(() -> lock.run(lease -> new CountDownLatch(1).await()))
                .isInstanceOf(LeaseLostException.class)
                .satisfies(BodyContract::suppressesTheInterrupt);
        assertThatThrownBy(() -> several.run(lease -> new CountDownLatch(1).await()))
                .isInstanceOf(LeaseLostException.class)
                .satisfies(BodyContract::suppressesTheInterrupt);
        assertThatThrownBy(() -> lock.run(lease -> awaitInterrupt())).isInstanceOf(LeaseLostException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThatThrownBy(() -> lock.run(lease -> {
                    awaitInterrupt();
                    throw new IOException("thrown by the body of a test");
                }))
                .isExactlyInstanceOf(IOException.class)
                .satisfies(thrown ->
                        assertThat(thrown.getSuppressed()).singleElement().isInstanceOf(LeaseLostException.class));
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThatThrownBy(() -> lock.run(lease -> {
                    throw new InterruptedException("by somebody else");
                }))
                .isExactlyInstanceOf(InterruptedException.class);
        bench().assertNothingLeft(lock.name());
    }

    private static void suppressesTheInterrupt(Throwable lost) {
        assertThat(lost.getSuppressed()).hasAtLeastOneElementOfType(InterruptedException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    private static void awaitInterrupt() {
        long end = System.nanoTime() + Bench.LONG_LEASE.toNanos();
        while (!Thread.currentThread().isInterrupted() && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
    }

    private static void outlive(Lease lease) {
        Bench.await("end of the lease").until(() -> !lease.isValid());
    }

    @Test
    @Proves(Part.ENGINE)
    default void severalNames_takeABodyToo() throws Exception {
        List<String> names = List.of(bench().name(), bench().name());
        DistributedLock first = bench().newClient().lock(names.get(0));
        int tokens = bench().client().lockAll(names).call(lease -> {
            assertThat(first.tryAcquire()).isEmpty();
            return lease.tokens().size();
        });
        assertThat(tokens).isEqualTo(2);
        try (Lease holder = Bench.hold(bench().newClient(), names.get(1))) {
            assertThat(bench().client().lockAll(names).tryRun(lease -> {})).isFalse();
            assertThat(holder.isValid()).isTrue();
        }
        first.acquire(Duration.ofSeconds(10)).close();
    }
}
