package dev.pawl.lock.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.WaitOutcome;
import dev.pawl.lock.memory.MemoryBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class MailboxTest {

    private static final int POSTERS = 3;

    /** Has nothing to wait for, so that its mailbox retires as soon as it can. */
    private static final class IdleOwner implements Mailbox.Owner {
        private final AtomicInteger retired = new AtomicInteger();
        private final List<Throwable> broken = new ArrayList<>();

        @Override
        public boolean isIdle() {
            return true;
        }

        @Override
        public void retired() {
            retired.incrementAndGet();
        }

        @Override
        public void broken(Throwable failure) {
            broken.add(failure);
        }

        @Override
        public void later(Runnable goOn) {
            throw new AssertionError("nothing was thrown");
        }
    }

    private final IdleOwner owner = new IdleOwner();
    private final List<Runnable> relief = new ArrayList<>();
    private final Mailbox mailbox = new Mailbox(owner, relief::add);

    // What is thrown

    private static final class DeafWaiter extends Waiter {
        DeafWaiter() {
            super(LockOptions.defaults(), true, 0);
        }

        @Override
        void signal() {
            throw new OutOfMemoryError("planted: unable to create a thread");
        }

        @Override
        public boolean willTell() {
            return true;
        }

        @Override
        boolean isOwnThread(Thread thread) {
            return false;
        }

        @Override
        WaitOutcome withdrawn() {
            return WaitOutcome.CANCELLED;
        }
    }

    @Test
    void signalThatThrows_stopsNoLaterEvent() {
        List<String> done = new ArrayList<>();
        Mailbox busy = new Mailbox(new BusyOwner(), Runnable::run);
        busy.post(() -> {
            busy.afterwards(new DeafWaiter());
            busy.post(() -> done.add("second"));
        });
        busy.post(() -> done.add("third"));
        assertThat(done).containsExactly("second", "third");
    }

    @Test
    void reliefThatThrows_leavesTheEventsToThePoster() {
        List<Integer> done = new ArrayList<>();
        Mailbox busy = new Mailbox(new BusyOwner(), task -> {
            throw new OutOfMemoryError("planted: unable to create a thread");
        });
        busy.post(() -> {
            for (int i = 0; i < 1_000; i++) {
                int event = i;
                busy.post(() -> busy.post(() -> done.add(event)));
            }
        });
        assertThat(done).hasSize(1_000);
    }

    private static final class BusyOwner implements Mailbox.Owner {
        @Override
        public boolean isIdle() {
            return false;
        }

        @Override
        public void retired() {}

        @Override
        public void broken(Throwable failure) {
            throw new AssertionError(failure);
        }

        @Override
        public void later(Runnable goOn) {}
    }

    // A worker that is thrown out

    /** Cannot even mend what an event threw, the first times. */
    private static final class FailingOwner implements Mailbox.Owner {
        private final List<Runnable> later = new ArrayList<>();
        private int failures;
        private int mended;

        private FailingOwner(int failures) {
            this.failures = failures;
        }

        @Override
        public boolean isIdle() {
            return false;
        }

        @Override
        public void retired() {}

        @Override
        public void broken(Throwable failure) {
            if (failures-- > 0) {
                throw new StackOverflowError("planted: no room to mend it");
            }
            mended++;
        }

        @Override
        public void later(Runnable goOn) {
            later.add(goOn);
        }
    }

    private static void thrownOut() {
        throw new StackOverflowError("planted");
    }

    @Test
    void workerThatIsThrownOut_isReplacedByTheNextPoster() {
        FailingOwner failing = new FailingOwner(1);
        Mailbox left = new Mailbox(failing, Runnable::run);
        List<String> done = new ArrayList<>();
        assertThat(left.post(MailboxTest::thrownOut)).isTrue();
        assertThat(failing.mended).isZero();

        left.post(() -> done.add("next"));
        assertThat(failing.mended).isEqualTo(1);
        assertThat(done).containsExactly("next");
    }

    @Test
    void workerThatIsThrownOut_isReplacedByTheTimer_asOftenAsItTakes() {
        FailingOwner failing = new FailingOwner(3);
        Mailbox left = new Mailbox(failing, Runnable::run);
        List<String> done = new ArrayList<>();
        left.post(() -> {
            left.post(() -> done.add("next"));
            throw new OutOfMemoryError("planted");
        });
        while (done.isEmpty()) {
            failing.later.remove(0).run();
        }
        assertThat(failing.mended).isEqualTo(1);
        assertThat(done).containsExactly("next");
    }

    // Lost events

    @Test
    void eventThatWasAccepted_isWorkedOffOnce_andOneThatWasRefusedNever() {
        int rounds = 30_000;
        List<Mailbox> mailboxes = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            mailboxes.add(new Mailbox(new IdleOwner(), Runnable::run));
        }
        AtomicInteger arrived = new AtomicInteger();
        AtomicInteger wrong = new AtomicInteger();
        List<CompletableFuture<Boolean>> posters = new ArrayList<>();
        for (int p = 0; p < POSTERS; p++) {
            posters.add(InThread.call(() -> {
                List<AtomicInteger> expected = new ArrayList<>();
                for (int i = 0; i < rounds; i++) {
                    AtomicInteger ran = new AtomicInteger();
                    meet(arrived, (i + 1) * POSTERS);
                    boolean accepted = mailboxes.get(i).post(ran::incrementAndGet);
                    ran.addAndGet(accepted ? -1 : 0);
                    expected.add(ran);
                }
                meet(arrived, (rounds + 1) * POSTERS);
                wrong.addAndGet(
                        (int) expected.stream().filter(ran -> ran.get() != 0).count());
                return true;
            }));
        }

        assertThat(posters).allSatisfy(poster -> assertThat(poster).succeedsWithin(Duration.ofSeconds(20)));
        assertThat(wrong).hasValue(0);
    }

    private static void meet(AtomicInteger arrived, int all) {
        arrived.incrementAndGet();
        for (int spins = 1; arrived.get() < all; spins++) {
            if (spins % 1_000 == 0) {
                LockSupport.parkNanos(1);
            } else {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void threeThreadsThatHammerOneLock_neverHang() {
        MemoryBackend service = MemoryBackend.create();
        try (Engine engine = new Engine(service, LockOptions.defaults(), Environment.live(service.ticker()))) {
            DistributedLock lock = engine.lock("a");
            List<CompletableFuture<Boolean>> callers = new ArrayList<>();
            for (int c = 0; c < POSTERS; c++) {
                int rest = 50 + 30 * c;
                callers.add(InThread.call(() -> {
                    for (int i = 0; i < 30_000; i++) {
                        Lease lease = lock.acquire();
                        lease.close();
                        for (int j = 0; j < rest; j++) {
                            Thread.onSpinWait();
                        }
                    }
                    return true;
                }));
            }

            assertThat(callers).allSatisfy(caller -> assertThat(caller).succeedsWithin(Duration.ofSeconds(20)));
            assertThat(engine.names()).isZero();
        }
    }

    // Relief

    @Test
    void threadThatWorksForOthers_leavesTheRestToReliefAfterAWhile() {
        AtomicInteger ran = new AtomicInteger();
        mailbox.post(() -> repost(ran, 1_000));

        assertThat(ran).hasValue(256);
        assertThat(relief).hasSize(1);
        assertThat(owner.retired).hasValue(0);

        relief.remove(0).run();
        assertThat(ran).hasValue(512);
        while (!relief.isEmpty()) {
            relief.remove(0).run();
        }
        assertThat(ran).hasValue(1_000);
        assertThat(owner.retired).hasValue(1);
    }

    /** Each event brings the next, as callers do who never leave a lock alone. */
    private void repost(AtomicInteger ran, int all) {
        if (ran.incrementAndGet() < all) {
            mailbox.post(() -> repost(ran, all));
        }
    }

    @Test
    void posterThatComesWhileTheRestAwaitsRelief_worksItOff_andDoesNotOvertakeIt() {
        AtomicInteger ran = new AtomicInteger();
        mailbox.post(() -> repost(ran, 300));
        List<Integer> seen = new ArrayList<>();
        assertThat(mailbox.post(() -> seen.add(ran.get()))).isTrue();

        assertThat(seen).containsExactly(257);
        assertThat(ran).hasValue(300);
        relief.remove(0).run();
        assertThat(ran).hasValue(300);
    }

    // Events that throw

    @Test
    void eventThatThrows_isToldToTheOwner_andTheOthersAreWorkedOff() {
        List<String> ran = new ArrayList<>();
        mailbox.post(() -> {
            mailbox.post(() -> ran.add("next"));
            throw new NoClassDefFoundError("a library half deployed");
        });

        assertThat(ran).containsExactly("next");
        assertThat(owner.broken).singleElement().isInstanceOf(NoClassDefFoundError.class);
        assertThat(owner.retired).hasValue(1);
    }
}
