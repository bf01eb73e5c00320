package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pawl.lock.DistributedSemaphore;
import dev.pawl.lock.Guarantees.Order;
import dev.pawl.lock.Guarantees.WakeUp;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.LockBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Semaphores: who gets permits, and when. That a permit is a lease like any other is in {@link PermitContract}. A backend that has no
 * semaphores refuses them, and says what else to do.
 */
public interface SemaphoreContract extends ContractCase {

    // Never more than the limit

    @Test
    default void permits_areGivenUpToTheLimit_andNoMore() {
        if (!Permits.are(bench())) {
            return;
        }
        String name = bench().name();
        DistributedSemaphore one = bench().client().semaphore(name, 3);
        DistributedSemaphore other = bench().newClient().semaphore(name, 3);
        assertThat(one.name()).isEqualTo(name);
        assertThat(one.limit()).isEqualTo(3);
        List<Lease> held = List.of(Permits.hold(one), Permits.hold(other), Permits.hold(one));
        assertThat(held).allMatch(Lease::isValid).allMatch(lease -> lease.name().equals(name));
        Permits.assertNoneFree(one);
        Permits.assertNoneFree(other);
        held.get(1).close();
        Lease next = Permits.hold(one);
        Permits.assertNoneFree(other);
        held.get(0).close();
        held.get(2).close();
        next.close();
        Permits.assertNothingLeft(bench(), name, 3);
    }

    /** Each counts on its own what is out in this JVM: before a release, and after a grant. */
    @Test
    default void manyThreadsOfSeveralClients_neverHaveMoreThanTheLimit() {
        if (!Permits.are(bench())) {
            return;
        }
        bench().takeTurn();
        String name = bench().name();
        int limit = 5;
        AtomicInteger out = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Queue<Claim> claims = new ConcurrentLinkedQueue<>();
        List<LockClient> clients = List.of(bench().client(), bench().newClient(), bench().newClient());
        List<Job<Boolean>> users = IntStream.range(0, 15)
                .mapToObj(i -> bench().start(() -> {
                    int permits = 1 + i % 3;
                    Random random = new Random(i);
                    DistributedSemaphore semaphore = clients.get(i % 3).semaphore(name, limit);
                    for (int round = 0; round < 30; round++) {
                        long invoked = System.nanoTime();
                        try (Lease lease = semaphore.permits(permits).acquire()) {
                            long acquired = System.nanoTime();
                            most.accumulateAndGet(out.addAndGet(permits), Math::max);
                            claims.add(Claim.now(lease, invoked, acquired));
                            Races.spin(random, Duration.ofNanos(200_000));
                            out.addAndGet(-permits);
                        }
                    }
                    return true;
                }))
                .toList();
        users.forEach(Job::get);
        assertThat(most).as("most permits that were out").hasValueLessThanOrEqualTo(limit);
        assertThat(claims).hasSize(15 * 30);
        Claim.assertTokensOnlyGoUp(claims);
        Permits.assertNothingLeft(bench(), name, limit);
    }

    @Test
    default void severalJvms_neverHaveMorePermitsThanTheLimit() {
        if (!Permits.are(bench())) {
            return;
        }
        bench().takeTurn();
        String name = bench().name();
        int limit = 4;
        List<ChildJvm> children = Stream.generate(
                        () -> bench().child("contend-permits", name, "30000", "40", Integer.toString(limit)))
                .limit(3)
                .toList();
        children.forEach(child -> child.awaitLine("done"));
        List<Permits.Use> uses = children.stream()
                .flatMap(child -> Permits.Use.of(child).stream())
                .toList();
        assertThat(uses).hasSize(3 * 3 * 40);
        Permits.Use.assertWithin(limit, uses);
        Claim.assertTokensOnlyGoUp(uses.stream().map(Permits.Use::claim).toList());
        Permits.assertNothingLeft(bench(), name, limit);
    }

    @Test
    @Proves(Part.BACKEND)
    default void severalPermits_areTakenAllOrNone() {
        if (!Permits.are(bench())) {
            return;
        }
        String name = bench().name();
        DistributedSemaphore one = bench().client().semaphore(name, 3);
        DistributedSemaphore other = bench().newClient().semaphore(name, 3);
        Lease single = Permits.hold(one);
        assertThat(other.permits(3).tryAcquire()).isEmpty();
        Lease two = Permits.hold(other.permits(2));
        Permits.assertNoneFree(one);
        single.close();
        two.close();
        Lease all = Permits.hold(one.permits(3));
        Permits.assertNoneFree(other);
        all.close();
        Permits.assertNothingLeft(bench(), name, 3);
    }

    @Test
    @Proves(Part.ENGINE)
    default void morePermitsThanThereAre_areRefusedBeforeAnythingIsSent() {
        if (!Permits.are(bench())) {
            return;
        }
        LockClient client = bench().client();
        String name = bench().name();
        DistributedSemaphore semaphore = client.semaphore(name, 3);
        bench().pauseService();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> semaphore.permits(4))
                .withMessageContainingAll(name, "3", "4");
        assertThatIllegalArgumentException().isThrownBy(() -> semaphore.permits(0));
        assertThatIllegalArgumentException().isThrownBy(() -> client.semaphore(name, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> client.semaphore(name, Integer.MAX_VALUE));
        assertThatIllegalArgumentException().isThrownBy(() -> client.semaphore(" ", 3));
        LockOptions kept =
                Bench.options().toBuilder().holdAtLeast(Duration.ofSeconds(1)).build();
        assertThatExceptionOfType(LockConfigException.class)
                .isThrownBy(() -> client.semaphore(name, 3, kept))
                .withMessageContaining("holdAtLeast");
        bench().resumeService();
    }

    /** As when the answer to the first attempt was lost. */
    @Test
    @Proves(Part.BACKEND)
    default void aRepeatedAttempt_hasTheSamePermits() {
        if (!Permits.are(bench())) {
            return;
        }
        String name = bench().name();
        try (LockBackend backend = bench().fixture().newBackend()) {
            Player player = new Player(backend, TestContest.forPermits(name, Bench.LONG_LEASE, 2, 4));
            player.wins();
            Attempt again = player.attempt(true);
            assertThat(again).isInstanceOf(Attempt.Granted.class);
            Lease others = Permits.hold(bench().client().semaphore(name, 4).permits(2));
            Permits.assertNoneFree(bench().client().semaphore(name, 4));
            player.releases(((Attempt.Granted) again).grant());
            others.close();
        }
        Permits.assertNothingLeft(bench(), name, 4);
    }

    // Limits that differ

    @Test
    @Proves(Part.BACKEND)
    default void aLowerLimit_waitsForHolders() {
        if (!Permits.are(bench())) {
            return;
        }
        String name = bench().name();
        DistributedSemaphore before = bench().client().semaphore(name, 3);
        DistributedSemaphore lowered = bench().newClient().semaphore(name, 1);
        List<Lease> held = List.of(Permits.hold(before), Permits.hold(before), Permits.hold(before));
        Permits.assertNoneFree(lowered);
        Job<Lease> waiter = Permits.await(bench(), lowered);
        held.get(0).close();
        held.get(1).close();
        assertThat(waiter.endsWithin(Duration.ofMillis(300)))
                .as("granted while another permit is out")
                .isFalse();
        assertThat(held.get(2).isValid()).isTrue();
        held.get(2).close();
        Lease only = waiter.get();
        Permits.assertNoneFree(lowered);
        Lease second = Permits.hold(before);
        second.close();
        only.close();
        Permits.assertNothingLeft(bench(), name, 3);
    }

    @Test
    @Proves(Part.BACKEND)
    default void aHigherLimit_isHadAtOnce() {
        if (!Permits.are(bench())) {
            return;
        }
        String name = bench().name();
        DistributedSemaphore before = bench().client().semaphore(name, 1);
        DistributedSemaphore raised = bench().newClient().semaphore(name, 3);
        Lease first = Permits.hold(before);
        Lease others = Permits.hold(raised.permits(2));
        Permits.assertNoneFree(raised);
        first.close();
        Permits.assertNoneFree(before);
        others.close();
        Permits.assertNothingLeft(bench(), name, 3);
    }

    // Order

    @Test
    default void aRequestForMany_isNotOvertakenByLaterOnesForFew() {
        if (!Permits.are(bench())) {
            return;
        }
        assumeTrue(bench().client().guarantees().order() == Order.FIFO, "the backend guarantees no order");
        String name = bench().name();
        DistributedSemaphore one = bench().client().semaphore(name, 3);
        DistributedSemaphore other = bench().newClient().semaphore(name, 3);
        DistributedSemaphore stranger = bench().newClient().semaphore(name, 3);
        Bench.assertTwiceInSixRounds(
                List.of("first", "second"),
                () -> Permits.order(bench(), Permits.hold(one), other.permits(3), one, stranger));
        Permits.assertNothingLeft(bench(), name, 3);
    }

    @Test
    default void aRequestForAll_isServedWhileOthersComeAndGo() {
        if (!Permits.are(bench())) {
            return;
        }
        assumeTrue(bench().client().guarantees().order() == Order.FIFO, "the backend guarantees no order");
        String name = bench().name();
        DistributedSemaphore greedy = bench().client().semaphore(name, 3);
        AtomicBoolean enough = new AtomicBoolean();
        List<Job<Boolean>> hoarders = Stream.generate(() -> bench().start(() -> {
                    while (!enough.get()) {
                        greedy.acquire().close();
                    }
                    return true;
                }))
                .limit(5)
                .toList();
        try {
            for (int i = 0; i < 5; i++) {
                Bench.get(bench().newClient().semaphore(name, 3).permits(3).acquireAsync(Duration.ofSeconds(15)))
                        .close();
            }
        } finally {
            enough.set(true);
        }
        hoarders.forEach(Job::get);
        Permits.assertNothingLeft(bench(), name, 3);
    }

    @Test
    default void requestsOfAllClients_areServedInTheirOrder() {
        if (!Permits.are(bench())) {
            return;
        }
        assumeTrue(bench().client().guarantees().order() == Order.FIFO, "the backend guarantees no order");
        List<LockClient> clients =
                Stream.generate(() -> bench().newClient()).limit(3).toList();
        Bench.assertTwiceInSixRounds(List.of(0, 1, 2, 3, 4, 5), () -> serveInTurn(clients));
    }

    /** With a limit of 1, so that there is an order to see. */
    private List<Integer> serveInTurn(List<LockClient> clients) {
        String name = bench().name();
        Queue<Integer> served = new ConcurrentLinkedQueue<>();
        Lease holder = Permits.hold(clients.get(0).semaphore(name, 1));
        List<Job<Boolean>> waiters = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            int place = i;
            Job<Boolean> waiter = bench().start(() -> {
                        try (Lease lease =
                                clients.get(place % 3).semaphore(name, 1).acquire()) {
                            return served.add(place);
                        }
                    })
                    .awaitWaiting();
            Bench.await("waiter " + place + " is known to the service")
                    .during(Duration.ofMillis(60))
                    .until(() -> !waiter.isDone());
            waiters.add(waiter);
        }
        holder.close();
        waiters.forEach(Job::get);
        return List.copyOf(served);
    }

    // Wake-ups

    /** The retry ceiling is 1 s: wake-ups that come only by it would fail this case. Most must be quick, since a machine may be busy. */
    @Test
    default void releasedPermits_wakeAllForWhomThereIsRoom() {
        if (!Permits.are(bench())) {
            return;
        }
        List<Duration> times = new ArrayList<>();
        for (int round = 0; round < 5; round++) {
            String name = bench().name();
            Lease all = Permits.hold(bench().client().semaphore(name, 3).permits(3));
            List<Job<Lease>> waiters = Stream.generate(
                            () -> Permits.await(bench(), bench().newClient().semaphore(name, 3)))
                    .limit(3)
                    .toList();
            all.close();
            // None of the three has to wait for another to let go.
            List<Lease> leases = new ArrayList<>();
            times.add(Bench.timed(() -> waiters.forEach(waiter -> leases.add(waiter.get()))));
            leases.forEach(Lease::close);
            Permits.assertNothingLeft(bench(), name, 3);
        }
        if (bench().client().guarantees().wakeUp() == WakeUp.PUSH) {
            Duration median = times.stream().sorted().toList().get(times.size() / 2);
            assertThat(median).as("the median of " + times).isLessThan(Duration.ofMillis(600));
        }
    }

    @Test
    default void aLostWakeUp_delaysAWaiterForPermitsByLittle() {
        if (!Permits.are(bench())) {
            return;
        }
        String name = bench().name();
        DistributedSemaphore held = bench().client().semaphore(name, 2);
        List<Lease> leases = List.of(Permits.hold(held), Permits.hold(held));
        Job<Lease> waiter = Permits.await(bench(), bench().newClient().semaphore(name, 2));
        bench().cutWakeUps();
        leases.get(0).close();
        assertThat(Bench.timed(() -> waiter.get().close()))
                .isLessThan(Duration.ofSeconds(2).plus(Bench.ROOM));
        leases.get(1).close();
        Permits.assertNothingLeft(bench(), name, 2);
    }

    /** There is room for who stands behind it. */
    @Test
    default void aWaiterForMany_thatGoes_letsThoseBehindItPass() {
        if (!Permits.are(bench())) {
            return;
        }
        String name = bench().name();
        LockOptions patient =
                Bench.options().toBuilder().retryCeiling(Duration.ofSeconds(20)).build();
        Lease holder = Permits.hold(bench().client().semaphore(name, 2));
        CompletableFuture<Lease> many =
                bench().newClient().semaphore(name, 2, patient).permits(2).acquireAsync();
        Bench.await("it is known to the service").during(Duration.ofMillis(80)).until(() -> !many.isDone());
        Job<Lease> few = Permits.await(bench(), bench().newClient().semaphore(name, 2, patient));
        many.cancel(true);
        Duration waited = Bench.timed(() -> few.get().close());
        if (bench().client().guarantees().wakeUp() == WakeUp.PUSH) {
            assertThat(waited).isLessThan(Duration.ofSeconds(10));
        }
        holder.close();
        Permits.assertNothingLeft(bench(), name, 2);
    }

    /** It lives, and is woken, but its process is too slow. */
    @Test
    default void aWaiterThatDoesNotComeInItsTurn_doesNotKeepOthersOut() {
        if (!Permits.are(bench())) {
            return;
        }
        String name = bench().name();
        Lease held = Permits.hold(bench().client().semaphore(name, 2));
        try (LockBackend backend = bench().fixture().newBackend()) {
            Player slow = new Player(backend, TestContest.forPermits(name, Bench.LONG_LEASE, 2, 2));
            slow.isBusy(true);
            held.close();
            try (Lease next = Bench.get(bench().newClient().semaphore(name, 2).acquireAsync(Duration.ofSeconds(10)))) {
                assertThat(next.isValid()).isTrue();
                slow.isBusy(true);
            }
            Bench.await("it has its turn").until(() -> slow.attempt(true) instanceof Attempt.Granted);
            slow.leaves();
        }
        Permits.assertNothingLeft(bench(), name, 2);
    }

    // What else has that name

    @Test
    default void aSemaphoreAndALockOfOneName_haveNothingToDoWithEachOther() {
        if (!Permits.are(bench())) {
            return;
        }
        String name = bench().name();
        LockClient client = bench().client();
        Lease permit = Permits.hold(client.semaphore(name, 1));
        Lease lock = Bench.hold(bench().newClient(), name);
        Lease alike = Permits.hold(client.semaphore(name + ":s", 1));
        assertThat(List.of(permit, lock, alike)).allMatch(Lease::isValid);
        Permits.assertNoneFree(bench().newClient().semaphore(name, 1));
        assertThat(bench().newClient().lock(name).tryAcquire()).isEmpty();
        permit.close();
        alike.close();
        assertThat(lock.isValid()).isTrue();
        Permits.assertNothingLeft(bench(), name, 1);
        lock.close();
        bench().assertNothingLeft(name);
    }

    @Test
    @Proves(Part.KEYS)
    default void anyName_isTheNameOfASemaphore() {
        if (!Permits.are(bench())) {
            return;
        }
        List<Lease> held = NamesContract.names()
                .map(name -> Permits.hold(bench().client().semaphore(name, 1)))
                .toList();
        LockClient other = bench().newClient();
        NamesContract.names().forEach(name -> Permits.assertNoneFree(other.semaphore(name, 1)));
        held.forEach(Lease::close);
        NamesContract.names()
                .forEach(name -> assertThat(bench().fixture().permitsLeftBehind(name))
                        .as(name)
                        .isEmpty());
    }
}
