package dev.pawl.lock.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.Guarantees.CrashRelease;
import dev.pawl.lock.Guarantees.Order;
import dev.pawl.lock.Guarantees.TokenDurability;
import dev.pawl.lock.Guarantees.WakeUp;
import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.BackendSettings;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MemoryBackendTest {

    private static final String NAME = "inventory/42";
    private static final Duration LEASE = Duration.ofSeconds(30);

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000); // overflows soon, as nanoTime() may
    private final MemoryBackend service =
            MemoryBackend.builder().ticker(nanos::get).build();

    // Granting

    @Test
    void freeLock_isGrantedWithABlockOfTokens() {
        Grant grant = new Client("a").granted(64);

        assertThat(grant.firstToken()).isPositive();
        assertThat(grant.tokens()).isEqualTo(64);
        assertThat(service.isHeld(NAME)).isTrue();
    }

    @Test
    void nextGrant_startsAboveThePreviousBlock_ofAnyName() {
        Grant first = new Client("a").granted(64);
        Grant other = new Client("b", "another").granted(1);
        release(first);
        Grant next = new Client("c").granted(1);

        assertThat(other.firstToken()).isGreaterThan(first.firstToken() + 63);
        assertThat(next.firstToken()).isGreaterThan(other.firstToken());
    }

    @Test
    void repliesComeInline() {
        Client a = new Client("a");

        assertThat(a.contender.attempt(false, 1, Runnable::run).toCompletableFuture())
                .isDone();
    }

    @Test
    void heldLock_isBusyForTheRestOfTheLease() {
        new Client("a").granted(1);
        pass(Duration.ofSeconds(10));

        assertThat(new Client("b").busy(false)).isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void repeatedAttempt_ofTheHolder_givesTheSameTokens_andAFullLease() {
        Client a = new Client("a");
        Grant first = a.granted(64);
        pass(Duration.ofSeconds(29));

        assertThat(a.granted(64)).isSameAs(first);
        pass(Duration.ofSeconds(29));
        assertThat(service.isHeld(NAME)).isTrue();
    }

    @Test
    void expiredHold_isFree() {
        new Client("a").granted(1);
        pass(LEASE);

        assertThat(service.isHeld(NAME)).isFalse();
        new Client("b").granted(1);
    }

    @Test
    void namesAreCaseSensitive() {
        new Client("a", "Name").granted(1);
        new Client("b", "name").granted(1);
    }

    // Queueing

    @Test
    void release_wakesTheHeadOfTheQueue_andNobodyElse() {
        Client a = new Client("a");
        Client b = new Client("b");
        Client c = new Client("c");
        Grant held = a.granted(1);
        b.busy(true);
        c.busy(true);

        release(held);

        assertThat(b.wakes).hasValue(1);
        assertThat(c.wakes).hasValue(0);
        assertThat(service.isHeld(NAME)).isFalse();
    }

    @Test
    void freeLock_withAQueue_isReservedForItsHead() {
        Client b = new Client("b");
        Grant held = new Client("a").granted(1);
        b.busy(true);
        release(held);

        assertThat(new Client("newcomer").busy(true)).isEqualTo(Names.RESERVATION);
        b.granted(1);
    }

    @Test
    void waiters_areServedInTheOrderOfTheirArrival() {
        Grant held = new Client("a").granted(1);
        List<Client> waiters = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Client waiter = new Client("w" + i);
            waiter.busy(true);
            waiters.add(waiter);
        }
        for (Client waiter : waiters) {
            release(held);
            for (Client other : waiters) {
                if (other != waiter && waiters.indexOf(other) > waiters.indexOf(waiter)) {
                    other.busy(true);
                }
            }
            held = waiter.granted(1);
        }
    }

    @Test
    void deadHead_costsItsReservation_andNoMore() {
        Client dead = new Client("dead");
        Client c = new Client("c");
        Grant held = new Client("a").granted(1);
        dead.busy(true);
        c.busy(true);
        release(held);

        pass(Names.RESERVATION.minusNanos(1));
        assertThat(c.busy(true)).isEqualTo(Duration.ofNanos(1));
        pass(Duration.ofNanos(1));
        c.granted(1);
    }

    @Test
    void headThatWasOnlyLate_isServed_whenNobodyElseLooked() {
        Client late = new Client("late");
        Grant held = new Client("a").granted(1);
        late.busy(true);
        release(held);
        pass(Duration.ofSeconds(1));

        late.granted(1);
    }

    @Test
    void expiredLock_withAQueue_wakesItsHead_whoeverLooks() {
        Client b = new Client("b");
        Client c = new Client("c");
        new Client("a").granted(1);
        b.busy(true);
        pass(LEASE);

        assertThat(c.busy(true)).isEqualTo(Names.RESERVATION);
        assertThat(b.wakes).hasValue(1);
        b.granted(1);
    }

    @Test
    void tryWithoutWaiting_leavesNothingBehind() {
        Grant held = new Client("a").granted(1);
        Client b = new Client("b");
        b.busy(true);
        b.busy(false);

        assertThat(service.waiting(NAME)).isZero();
        release(held);
        assertThat(b.wakes).hasValue(0);
        assertThat(service.names()).isZero();
    }

    // Leaving

    @Test
    void leavingHead_passesItsReservationOn() {
        Client b = new Client("b");
        Client c = new Client("c");
        Grant held = new Client("a").granted(1);
        b.busy(true);
        c.busy(true);
        release(held);

        b.leave();

        assertThat(c.wakes).hasValue(1);
        c.granted(1);
    }

    @Test
    void leavingInTheMiddle_keepsTheOthersInOrder() {
        Client b = new Client("b");
        Client c = new Client("c");
        Client d = new Client("d");
        Grant held = new Client("a").granted(1);
        b.busy(true);
        c.busy(true);
        d.busy(true);

        c.leave();
        release(held);
        release(b.granted(1));

        assertThat(c.wakes).hasValue(0);
        assertThat(d.wakes).hasValue(1);
    }

    @Test
    void leaving_givesUpAHoldThatNobodyTook() {
        Client a = new Client("a");
        a.granted(1);

        a.leave();
        a.leave();

        assertThat(service.names()).isZero();
    }

    @Test
    void leaving_neverTouchesAnotherOwnersHold() {
        Client a = new Client("a");
        a.granted(1);
        pass(LEASE);
        new Client("b").granted(1);

        a.leave();

        assertThat(service.isHeld(NAME)).isTrue();
    }

    @Test
    void leaving_withNothingToUndo_asksNothingOfTheService() {
        Client neverTried = new Client("a");
        new Client("holder").granted(1);
        Client triedOnce = new Client("b");
        triedOnce.busy(false);
        service.pause();

        assertThat(neverTried.contender.leave(Runnable::run).toCompletableFuture())
                .isDone();
        assertThat(triedOnce.contender.leave(Runnable::run).toCompletableFuture())
                .isDone();
    }

    // Release and renewal

    @Test
    void release_isForTheOwnerOnly_andOnce() {
        Grant stale = new Client("a").granted(1);
        pass(LEASE);
        Grant current = new Client("b").granted(1);

        assertThat(release(stale)).isEqualTo(ReleaseOutcome.NOT_HELD);
        assertThat(release(current)).isEqualTo(ReleaseOutcome.RELEASED);
        assertThat(release(current)).isEqualTo(ReleaseOutcome.NOT_HELD);
    }

    @Test
    void renewal_tellsKeptGoneAndTakenApart_inOneRequest() {
        Grant kept = new Client("a", "kept").granted(1);
        Grant gone = new Client("a", "gone").granted(1);
        Grant taken = new Client("a", "taken").granted(1);
        service.expire("gone");
        service.takeOver("taken");
        pass(Duration.ofSeconds(20));

        assertThat(renew(kept, gone, taken))
                .containsEntry(kept, RenewalOutcome.RENEWED)
                .containsEntry(gone, RenewalOutcome.NOT_HELD)
                .containsEntry(taken, RenewalOutcome.TAKEN);
        pass(Duration.ofSeconds(20));
        assertThat(service.isHeld("kept")).isTrue();
    }

    @Test
    void renewal_neverCreatesAHoldThatIsGone() {
        Grant grant = new Client("a").granted(1);
        pass(LEASE);

        assertThat(renew(grant)).containsEntry(grant, RenewalOutcome.NOT_HELD);
        assertThat(service.isHeld(NAME)).isFalse();
    }

    // Nothing left behind

    @Test
    void manyNamesUsedOnce_leaveNothing() {
        for (int i = 0; i < 10_000; i++) {
            release(new Client("a", "name" + i).granted(1));
        }
        assertThat(service.names()).isZero();
    }

    @Test
    void holdsThatNobodyReleased_areForgottenOnceTheyHaveExpired() {
        for (int i = 0; i < 5_000; i++) {
            new Client("a", "name" + i).granted(1);
        }
        assertThat(service.names()).isEqualTo(5_000);
        pass(LEASE);
        assertThat(service.names()).isZero();
    }

    // Harm

    @Test
    void advance_movesTheClockOfServiceAndHolders_andLetsWaitersLook() {
        new Client("a").granted(1);
        Client b = new Client("b");
        b.busy(true);
        long before = service.ticker().nanos();

        service.advance(LEASE);

        assertThat(service.ticker().nanos() - before).isEqualTo(LEASE.toNanos());
        assertThat(service.isHeld(NAME)).isFalse();
        assertThat(b.wakes).hasValue(1);
        b.granted(1);
    }

    @Test
    void advance_doesNotAgeAReservation() {
        Client b = new Client("b");
        Client c = new Client("c");
        Grant held = new Client("a").granted(1);
        b.busy(true);
        c.busy(true);
        release(held);

        service.advance(Duration.ofHours(1));

        c.busy(true);
        b.granted(1);
    }

    @Test
    void advance_refusesToGoBack() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> service.advance(Duration.ofNanos(-1)))
                .withMessageStartingWith("time: ")
                .withMessageContaining("PT-0.000000001S");
    }

    @Test
    void expire_takesTheHoldWithoutTellingItsHolder_andServesTheNext() {
        Client a = new Client("a");
        Client b = new Client("b");
        a.granted(1);
        b.busy(true);

        assertThat(service.expire(NAME)).isTrue();

        assertThat(a.lost).isEmpty();
        assertThat(b.wakes).hasValue(1);
        assertThat(service.expire(NAME)).isFalse();
    }

    @Test
    void lose_tellsTheHolderAtOnce() {
        Client a = new Client("a");
        a.granted(1);

        assertThat(service.lose(NAME, LossReason.SESSION_LOST)).isTrue();

        assertThat(a.lost).containsExactly(LossReason.SESSION_LOST);
        assertThat(service.names()).isZero();
        assertThat(service.lose(NAME, LossReason.SESSION_LOST)).isFalse();
    }

    @Test
    void takeOver_givesTheNameToAForeignOwner_forALease() {
        Client a = new Client("a");
        Grant before = a.granted(64);
        service.takeOver(NAME);

        assertThat(a.lost).isEmpty();
        assertThat(renew(before)).containsEntry(before, RenewalOutcome.TAKEN);
        assertThat(release(before)).isEqualTo(ReleaseOutcome.NOT_HELD);
        assertThat(new Client("b").busy(false)).isEqualTo(LEASE);
        pass(LEASE);
        assertThat(new Client("c").granted(1).firstToken()).isGreaterThan(before.firstToken() + 64);
    }

    @Test
    void clear_forgetsHoldsAndQueues_butNotTheTokens() {
        Client a = new Client("a");
        Client b = new Client("b");
        Grant before = a.granted(1);
        b.busy(true);

        service.clear();

        assertThat(service.names()).isZero();
        assertThat(b.wakes).hasValue(1);
        assertThat(new Client("c").granted(1).firstToken()).isGreaterThan(before.firstToken());
    }

    @Test
    void pausedService_answersOnResume_inTheOrderOfTheRequests() {
        Client a = new Client("a");
        Client b = new Client("b");
        service.pause();
        CompletableFuture<Attempt> first = a.attempt(true, 1);
        CompletableFuture<Attempt> second = b.attempt(true, 1);
        CompletableFuture<Void> left = a.contender.leave(Runnable::run).toCompletableFuture();

        assertThat(first).isNotDone();
        assertThat(second).isNotDone();
        assertThat(left).isNotDone();
        assertThat(service.isHeld(NAME)).isFalse();

        service.resume();

        assertThat(first.join()).isInstanceOf(Attempt.Granted.class);
        assertThat(second.join()).isInstanceOf(Attempt.Busy.class);
        assertThat(left).isCompleted();
        assertThat(b.wakes).hasValue(1);
        b.granted(1);
    }

    @Test
    void failingService_failsEveryRequest_withoutEffect_untilItIsHealed() {
        Client a = new Client("a");
        Grant held = new Client("b", "held").granted(1);
        service.fail(new IllegalStateException("no route"));

        assertFails(a.attempt(true, 1), "no route");
        assertFails(service.renew(List.of(held), Runnable::run).toCompletableFuture(), "no route");
        assertFails(service.release(held, Runnable::run).toCompletableFuture(), "no route");
        assertFails(a.contender.leave(Runnable::run).toCompletableFuture(), "no route");
        assertThat(service.names()).isEqualTo(1);

        service.heal();
        a.granted(1);
    }

    @Test
    void lostReply_hasItsEffect_andARepeatedAttemptFindsIt() {
        Client a = new Client("a");
        AtomicInteger count = new AtomicInteger();
        service.loseReplies(() -> new IllegalStateException("reset " + count.incrementAndGet()));

        assertFails(a.attempt(true, 64), "reset 1");
        assertThat(service.isHeld(NAME)).isTrue();

        service.heal();
        assertThat(a.granted(64).firstToken()).isEqualTo(1);
    }

    // Signals

    @Test
    void signalsAndReplies_areSentOutsideTheServicesLock() throws Exception {
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            Client b = new Client("b");
            b.onWake = () -> get(other.submit(() -> service.isHeld(NAME)));
            Grant held = new Client("a").granted(1);
            b.busy(true);
            release(held);
            assertThat(b.wakes).hasValue(1);

            service.pause();
            CompletableFuture<Boolean> seen =
                    b.attempt(true, 1).thenApply(attempt -> get(other.submit(() -> service.isHeld(NAME))));
            service.resume();
            assertThat(seen).isCompletedWithValue(true);
        } finally {
            other.shutdownNow();
        }
    }

    @Test
    void threadsThatRace_holdOneAtATime_andTokensRise() throws Exception {
        int threads = 8;
        int rounds = 2_000;
        AtomicInteger inside = new AtomicInteger();
        AtomicLong newest = new AtomicLong();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> racers = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                String owner = "racer" + t;
                racers.add(pool.submit(() -> {
                    for (int round = 0; round < rounds; ) {
                        Client client = new Client(owner + "-" + round);
                        Attempt attempt = client.attempt(false, 1).join();
                        if (attempt instanceof Attempt.Granted granted) {
                            assertThat(inside.incrementAndGet()).isEqualTo(1);
                            long token = granted.grant().firstToken();
                            assertThat(newest.getAndSet(token)).isLessThan(token);
                            inside.decrementAndGet();
                            release(granted.grant());
                            round++;
                        }
                    }
                }));
            }
            racers.forEach(MemoryBackendTest::get);
        } finally {
            pool.shutdownNow();
        }
        assertThat(service.names()).isZero();
    }

    // The backend as a whole

    @Test
    void guarantees_areThoseOfOneProcess() {
        assertThat(service.guarantees().crashRelease()).isEqualTo(CrashRelease.LEASE);
        assertThat(service.guarantees().order()).isEqualTo(Order.FIFO);
        assertThat(service.guarantees().wakeUp()).isEqualTo(WakeUp.PUSH);
        assertThat(service.guarantees().tokenDurability()).isEqualTo(TokenDurability.PROCESS);
    }

    @Test
    void closing_leavesTheServiceToItsOtherClients() {
        Grant held = new Client("a").granted(1);
        service.close();

        assertThat(renew(held)).containsEntry(held, RenewalOutcome.RENEWED);
    }

    @Test
    void sameUrlAndNamespace_areOneService() {
        LockBackend one = byUrl("memory:shared-by-url", "shop");

        assertThat(byUrl("memory:shared-by-url", "shop")).isSameAs(one);
        assertThat(byUrl("memory:shared-by-url", "other")).isNotSameAs(one);
        assertThat(byUrl("memory:", "shop")).isNotSameAs(one).isSameAs(byUrl("memory:", "shop"));
    }

    @Test
    void urlWithMoreThanAName_isRefused() {
        assertThatThrownBy(() -> byUrl("memory://user:hunter2@host", "shop"))
                .isInstanceOf(LockConfigException.class)
                .hasMessageContaining("pawl.url")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void credentials_areRefused() {
        BackendSettings settings = new BackendSettings("memory:", "user", "hunter2", "shop", Map.of());

        assertThatThrownBy(() -> new MemoryBackendProvider().create(settings))
                .isInstanceOf(LockConfigException.class)
                .hasMessageContaining("pawl.username")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void provider_isFoundByTheServiceLoader() {
        assertThat(ServiceLoader.load(dev.pawl.lock.spi.LockBackendProvider.class))
                .hasAtLeastOneElementOfType(MemoryBackendProvider.class);
    }

    // Helpers

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private ReleaseOutcome release(Grant grant) {
        return service.release(grant, Runnable::run).toCompletableFuture().join();
    }

    private Map<Grant, RenewalOutcome> renew(Grant... grants) {
        return service.renew(List.of(grants), Runnable::run)
                .toCompletableFuture()
                .join();
    }

    private static LockBackend byUrl(String url, String namespace) {
        return new MemoryBackendProvider().create(new BackendSettings(url, null, null, namespace, Map.of()));
    }

    private static void assertFails(CompletableFuture<?> stage, String message) {
        assertThatThrownBy(stage::join).isInstanceOf(CompletionException.class).hasRootCauseMessage(message);
    }

    private static <T> T get(Future<T> future) {
        try {
            return future.get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("another thread failed or was kept out", e);
        }
    }

    /** A process that contends for one name. */
    private final class Client implements Contest {
        final AtomicInteger wakes = new AtomicInteger();
        final List<LossReason> lost = new ArrayList<>();
        final Contender contender;
        private final String owner;
        private final String name;

        @Nullable
        Runnable onWake;

        Client(String owner) {
            this(owner, NAME);
        }

        Client(String owner, String name) {
            this.owner = owner;
            this.name = name;
            this.contender = service.join(this);
        }

        CompletableFuture<Attempt> attempt(boolean willWait, int tokens) {
            return contender.attempt(willWait, tokens, Runnable::run).toCompletableFuture();
        }

        Grant granted(int tokens) {
            Attempt attempt = attempt(true, tokens).join();
            assertThat(attempt).isInstanceOf(Attempt.Granted.class);
            return ((Attempt.Granted) attempt).grant();
        }

        Duration busy(boolean willWait) {
            Attempt attempt = attempt(willWait, 1).join();
            assertThat(attempt).isInstanceOf(Attempt.Busy.class);
            return ((Attempt.Busy) attempt).retryAfter();
        }

        void leave() {
            contender.leave(Runnable::run).toCompletableFuture().join();
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
            return LEASE;
        }

        @Override
        public Duration retryCeiling() {
            return Duration.ofSeconds(1);
        }

        @Override
        public void wake() {
            wakes.incrementAndGet();
            if (onWake != null) {
                onWake.run();
            }
        }

        @Override
        public void lost(LossReason reason) {
            lost.add(reason);
        }
    }
}
