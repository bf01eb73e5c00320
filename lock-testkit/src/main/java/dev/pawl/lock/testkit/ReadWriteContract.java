package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pawl.lock.Capability;
import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.DistributedReadWriteLock;
import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Guarantees.Order;
import dev.pawl.lock.Guarantees.WakeUp;
import dev.pawl.lock.HeldLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.LockKind;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LockTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Many readers, or one writer. A backend that has no reader-writer locks refuses them, and says what else to do. */
public interface ReadWriteContract extends ContractCase {

    /** A writer counts as so many readers, in the cases that count. */
    int WRITER = 1_000;

    private boolean can() {
        LockClient client = bench().client();
        if (client.guarantees().supports(Capability.READ_WRITE_LOCK)) {
            return true;
        }
        List<Runnable> ways =
                List.of(() -> client.readWriteLock("refused"), () -> client.readWriteLock("refused", Bench.options()));
        ways.forEach(way -> assertThatExceptionOfType(LockConfigException.class)
                .isThrownBy(way::run)
                .withMessageContaining(Capability.READ_WRITE_LOCK.name())
                .withMessageContaining(Capability.READ_WRITE_LOCK.alternative()));
        return false;
    }

    private void assertNothingLeft(String name) {
        assertNothingLeft(name, bench().ioBound());
    }

    private void assertNothingLeft(String name, Duration within) {
        BackendFixture service = bench().fixture();
        try (LockClient probe = LockClient.using(service.newBackend(), Bench.options())) {
            DistributedLock writing = probe.readWriteLock(name).writeLock();
            Bench.await("nothing is left of " + name).atMost(within).untilAsserted(() -> {
                assertThat(service.readWriteLockLeftBehind(name)).isEqualTo(Optional.empty());
                Optional<Lease> lease = writing.tryAcquire();
                assertThat(lease).as("the right to write %s", name).isPresent();
                lease.get().close();
            });
        }
        Bench.await("nothing is left of " + name + " by the probe")
                .atMost(within)
                .untilAsserted(
                        () -> assertThat(service.readWriteLockLeftBehind(name)).isEqualTo(Optional.empty()));
    }

    private static void assertBusy(DistributedLock lock) {
        assertThat(lock.tryAcquire()).as("a lease of %s", lock.name()).isEmpty();
    }

    // Who may be in

    @Test
    default void manyReaders_orOneWriter() {
        if (!can()) {
            return;
        }
        String name = bench().name();
        DistributedReadWriteLock one = bench().client().readWriteLock(name);
        DistributedReadWriteLock other = bench().newClient().readWriteLock(name);
        assertThat(one.name()).isEqualTo(name);
        assertThat(one.readLock().name()).isEqualTo(name);
        List<Lease> readers =
                List.of(Permits.hold(one.readLock()), Permits.hold(other.readLock()), Permits.hold(one.readLock()));
        assertThat(readers).allMatch(Lease::isValid);
        assertBusy(one.writeLock());
        assertBusy(other.writeLock());
        readers.forEach(Lease::close);
        Lease writer = Permits.hold(other.writeLock());
        assertBusy(one.readLock());
        assertBusy(one.writeLock());
        assertBusy(other.readLock());
        assertBusy(other.writeLock());
        writer.close();
        Permits.hold(one.readLock()).close();
        assertNothingLeft(name);
    }

    @Test
    default void manyThreadsOfSeveralClients_neverWriteBesideAnybody() {
        if (!can()) {
            return;
        }
        bench().takeTurn();
        String name = bench().name();
        AtomicInteger in = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Queue<Claim> claims = new ConcurrentLinkedQueue<>();
        List<LockClient> clients = List.of(bench().client(), bench().newClient(), bench().newClient());
        List<Job<Boolean>> users = IntStream.range(0, 12)
                .mapToObj(i -> bench().start(() -> {
                    DistributedReadWriteLock both = clients.get(i % 3).readWriteLock(name);
                    Random random = new Random(i);
                    for (int round = 0; round < 30; round++) {
                        boolean writes = random.nextInt(4) == 0;
                        int weight = writes ? WRITER : 1;
                        long invoked = System.nanoTime();
                        try (Lease lease = (writes ? both.writeLock() : both.readLock()).acquire()) {
                            long acquired = System.nanoTime();
                            most.accumulateAndGet(in.addAndGet(weight), Math::max);
                            Races.spin(random, Duration.ofNanos(200_000));
                            claims.add(Claim.now(lease, invoked, acquired));
                            in.addAndGet(-weight);
                        }
                    }
                    return true;
                }))
                .toList();
        users.forEach(Job::get);
        assertThat(most).as("a writer alone, or fewer readers").hasValueLessThanOrEqualTo(WRITER);
        Claim.assertTokensOnlyGoUp(claims);
        assertNothingLeft(name);
    }

    @Test
    default void readersAndWritersOfSeveralJvms_areNeverInTogether() {
        if (!can()) {
            return;
        }
        bench().takeTurn();
        String name = bench().name();
        List<ChildJvm> children = Stream.generate(() -> bench().child("contend-read-write", name, "30000", "40"))
                .limit(3)
                .toList();
        children.forEach(child -> child.awaitLine("done"));
        List<Permits.Use> uses = children.stream()
                .flatMap(child -> Permits.Use.of(child).stream())
                .map(use -> new Permits.Use(use.claim(), use.permits() == 3 ? WRITER : 1))
                .toList();
        assertThat(uses).hasSize(3 * 3 * 40);
        Permits.Use.assertWithin(WRITER, uses);
        Claim.assertTokensOnlyGoUp(uses.stream().map(Permits.Use::claim).toList());
        assertNothingLeft(name);
    }

    // Order and wake-ups

    @Test
    default void aWaitingWriter_isNotOvertakenByLaterReaders() {
        if (!can()) {
            return;
        }
        assumeTrue(bench().client().guarantees().order() == Order.FIFO, "the backend guarantees no order");
        String name = bench().name();
        DistributedReadWriteLock one = bench().client().readWriteLock(name);
        DistributedReadWriteLock other = bench().newClient().readWriteLock(name);
        DistributedReadWriteLock stranger = bench().newClient().readWriteLock(name);
        Bench.assertTwiceInSixRounds(
                List.of("first", "second"),
                () -> Permits.order(
                        bench(), Permits.hold(one.readLock()), other.writeLock(), one.readLock(), stranger.readLock()));
        assertNothingLeft(name);
    }

    @Test
    default void aWriter_isServedWhileReadersComeAndGo() {
        if (!can()) {
            return;
        }
        assumeTrue(bench().client().guarantees().order() == Order.FIFO, "the backend guarantees no order");
        String name = bench().name();
        DistributedReadWriteLock read = bench().client().readWriteLock(name);
        AtomicBoolean enough = new AtomicBoolean();
        List<Job<Boolean>> readers = Stream.generate(() -> bench().start(() -> {
                    while (!enough.get()) {
                        read.readLock().acquire().close();
                    }
                    return true;
                }))
                .limit(5)
                .toList();
        try {
            for (int i = 0; i < 5; i++) {
                DistributedLock write = bench().newClient().readWriteLock(name).writeLock();
                Bench.get(write.acquireAsync(Duration.ofSeconds(15))).close();
            }
        } finally {
            enough.set(true);
        }
        readers.forEach(Job::get);
        assertNothingLeft(name);
    }

    @Test
    default void aWriterThatLetsGo_wakesAllReaders() {
        if (!can()) {
            return;
        }
        List<Duration> times = new ArrayList<>();
        for (int round = 0; round < 5; round++) {
            String name = bench().name();
            Lease writer = Permits.hold(bench().client().readWriteLock(name).writeLock());
            List<Job<Lease>> readers = Stream.generate(() -> Permits.await(
                            bench(), bench().newClient().readWriteLock(name).readLock()))
                    .limit(3)
                    .toList();
            writer.close();
            List<Lease> leases = new ArrayList<>();
            times.add(Bench.timed(() -> readers.forEach(reader -> leases.add(reader.get()))));
            leases.forEach(Lease::close);
            assertNothingLeft(name);
        }
        if (bench().client().guarantees().wakeUp() == WakeUp.PUSH) {
            Duration median = times.stream().sorted().toList().get(times.size() / 2);
            assertThat(median).as("the median of " + times).isLessThan(Duration.ofMillis(600));
        }
    }

    // They are leases

    @Test
    default void readersAndWriters_areRenewed() {
        if (!can()) {
            return;
        }
        LockOptions brief = Bench.options(Bench.SHORT_LEASE);
        String read = bench().name();
        String written = bench().name();
        LockClient other = bench().newClient();
        try (Lease reader =
                        Permits.hold(bench().client().readWriteLock(read, brief).readLock());
                Lease writer = Permits.hold(
                        bench().client().readWriteLock(written, brief).writeLock())) {
            Bench.await("three lease times pass")
                    .during(Bench.SHORT_LEASE.multipliedBy(3))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> {
                        assertBusy(other.readWriteLock(read).writeLock());
                        assertBusy(other.readWriteLock(written).readLock());
                        return reader.isValid() && writer.isValid();
                    });
        }
        assertNothingLeft(read);
        assertNothingLeft(written);
    }

    @Test
    default void aWriterThatTheServiceHasLost_isTold() {
        if (!can()) {
            return;
        }
        String name = bench().name();
        Lease lost = Permits.hold(bench().client()
                .readWriteLock(name, Bench.options(Bench.SHORT_LEASE))
                .writeLock());
        CompletableFuture<LeaseLostEvent> told = new CompletableFuture<>();
        lost.onLost(told::complete);
        bench().fixture().loseReadWriteLock(lost);
        assertThat(Bench.get(told).token()).isEqualTo(lost.token());
        assertThatThrownBy(lost::close)
                .isInstanceOf(LeaseLostException.class)
                .hasMessageContaining("reader-writer lock '" + name + "'");
        assertNothingLeft(name);
    }

    @Test
    default void aKilledWriter_isOutAfterItsLease() {
        if (!can()) {
            return;
        }
        String name = bench().name();
        LockClient next = bench().client();
        Permits.hold(next.readWriteLock(bench().name()).readLock()).close();
        ChildJvm writer = bench().child("hold-write", name, PermitContract.CHILD_LEASE);
        writer.awaitLine("held");
        writer.kill();
        Duration elapsed = Bench.timed(() -> next.readWriteLock(name)
                .readLock()
                .acquire(Duration.ofSeconds(30))
                .close());
        assertThat(elapsed).isLessThan(Bench.CHILD_LEASE.plus(Bench.ROOM.multipliedBy(2)));
        assertNothingLeft(name);
    }

    @Test
    @Proves(Part.BACKEND)
    default void requestsToReadOrWriteThatEndWithoutALease_leaveNothingBehind() throws InterruptedException {
        if (!can()) {
            return;
        }
        String name = bench().name();
        DistributedReadWriteLock other = bench().newClient().readWriteLock(name);
        Lease writer = Permits.hold(bench().client().readWriteLock(name).writeLock());
        for (DistributedLock waited : List.of(other.readLock(), other.writeLock())) {
            assertThat(waited.tryAcquire(Duration.ofMillis(60))).isEmpty();
            assertThatThrownBy(() -> waited.acquire(Duration.ofMillis(60)))
                    .isInstanceOf(LockTimeoutException.class)
                    .hasMessageContaining("reader-writer lock '" + name + "'");
            CompletableFuture<Lease> cancelled = waited.acquireAsync();
            Job<Lease> interrupted = bench().start(waited::acquire).awaitWaiting();
            cancelled.cancel(true);
            interrupted.interrupt();
            assertThat(interrupted.failure()).isInstanceOf(InterruptedException.class);
        }
        writer.close();
        assertNothingLeft(name);
    }

    // The views

    @Test
    @Proves(Part.ENGINE)
    @SuppressWarnings("LockNotBeforeTry") // It is what the case is about.
    default void theThreadOwnedView_isReentrant_andAWriterMayGoOnToRead() {
        if (!can()) {
            return;
        }
        String name = bench().name();
        ReadWriteLock mine = bench().client().readWriteLock(name).asReadWriteLock();
        DistributedReadWriteLock others = bench().newClient().readWriteLock(name);
        mine.readLock().lock();
        mine.readLock().lock();
        assertBusy(others.writeLock());
        Permits.hold(others.readLock()).close();
        mine.readLock().unlock();
        assertBusy(others.writeLock());
        mine.readLock().unlock();
        assertThatThrownBy(() -> mine.readLock().unlock()).isInstanceOf(IllegalMonitorStateException.class);

        mine.writeLock().lock();
        mine.writeLock().lock();
        mine.readLock().lock();
        mine.writeLock().unlock();
        mine.writeLock().unlock();
        assertBusy(others.writeLock());
        mine.readLock().unlock();
        Permits.hold(others.writeLock()).close();
        assertThatThrownBy(() -> mine.writeLock().unlock()).isInstanceOf(IllegalMonitorStateException.class);
        assertNothingLeft(name);
    }

    @Test
    @Proves(Part.ENGINE)
    @SuppressWarnings("LockNotBeforeTry") // It is what the case is about.
    default void aReaderThatAsksToWrite_isRefusedInsteadOfWaitingForItself() throws Exception {
        if (!can()) {
            return;
        }
        String name = bench().name();
        DistributedReadWriteLock lock = bench().client().readWriteLock(name);
        Lock read = lock.asReadWriteLock().readLock();
        Lock write = lock.writeLock().asLock();
        read.lock();
        assertThatIllegalStateException().isThrownBy(write::lock).withMessageContaining(name);
        assertThatIllegalStateException().isThrownBy(write::lockInterruptibly);
        assertThat(write.tryLock()).isFalse();
        assertThat(write.tryLock(1, TimeUnit.MINUTES)).isFalse();
        assertThat(bench().start(() -> write.tryLock()).get())
                .as("another thread, while this one reads")
                .isFalse();
        read.unlock();
        assertThat(write.tryLock()).isTrue();
        write.unlock();
        assertNothingLeft(name);
    }

    // What else

    @Test
    default void locksSemaphoresAndReaderWriterLocksOfOneName_haveNothingToDoWithEachOther() {
        if (!can()) {
            return;
        }
        String name = bench().name();
        LockClient client = bench().client();
        Lease writer = Permits.hold(client.readWriteLock(name).writeLock());
        Lease lock = Bench.hold(bench().newClient(), name);
        Lease permit = Permits.hold(bench().newClient().semaphore(name, 1));
        assertThat(List.of(writer, lock, permit)).allMatch(Lease::isValid);
        assertThat(client.held()).extracting(HeldLock::name, HeldLock::kind).contains(tuple(name, LockKind.READ_WRITE));
        permit.close();
        lock.close();
        assertThat(writer.isValid()).isTrue();
        writer.close();
        assertNothingLeft(name);
    }

    @Test
    @Proves(Part.ENGINE)
    default void whatItCannotDo_isRefusedBeforeAnythingIsSent() {
        if (!can()) {
            return;
        }
        LockClient client = bench().client();
        DistributedReadWriteLock lock = client.readWriteLock("refused");
        FencingToken seen = new FencingToken("refused", 1);
        LockOptions kept =
                Bench.options().toBuilder().holdAtLeast(Duration.ofSeconds(1)).build();
        List<ThrowingCallable> ways = List.of(
                () -> client.readWriteLock("refused", kept),
                () -> lock.readLock().inspect(),
                () -> lock.writeLock().revoke(seen, "a test"),
                () -> lock.writeLock().forceRelease(seen, "a test"));
        ways.forEach(way -> assertThatThrownBy(way).isInstanceOf(LockConfigException.class));
        assertThatThrownBy(() -> client.readWriteLock(" ")).isInstanceOf(IllegalArgumentException.class);
    }
}
