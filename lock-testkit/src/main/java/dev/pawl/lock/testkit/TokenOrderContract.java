package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Guarantees.TokenDurability;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockOptions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Promise 2: if one acquisition returned before another began, its token is smaller. */
public interface TokenOrderContract extends ContractCase {

    private static FencingToken takeAndRelease(LockClient client, String name) {
        try (Lease lease = Bench.hold(client, name)) {
            return lease.token();
        }
    }

    private static FencingToken takeWhenFree(LockClient client, String name) {
        try (Lease lease = Bench.get(client.lock(name).acquireAsync(Duration.ofSeconds(30)))) {
            return lease.token();
        }
    }

    @Test
    default void afterARelease_theNextTokenIsLarger() {
        String name = bench().name();
        List<LockClient> clients = List.of(bench().client(), bench().newClient());
        List<FencingToken> tokens = IntStream.range(0, 40)
                .mapToObj(i -> takeAndRelease(clients.get(i / 2 % 2), name))
                .toList();
        assertThat(tokens).isSorted().doesNotHaveDuplicates();
    }

    @Test
    default void afterAnExpiry_theNextTokenIsLarger() {
        String name = bench().name();
        Lease expiring = Bench.hold(bench().client(), name, Bench.unrenewed(Bench.BRIEF_LEASE));
        assertThat(takeWhenFree(bench().newClient(), name)).isGreaterThan(expiring.token());
    }

    @Test
    default void afterTheServiceDroppedTheLock_theNextTokenIsLarger() {
        String name = bench().name();
        Lease dropped = Bench.hold(bench().client(), name);
        bench().fixture().loseLease(dropped);
        assertThat(takeWhenFree(bench().newClient(), name)).isGreaterThan(dropped.token());
    }

    @Test
    @Proves(Part.BACKEND)
    default void afterTheHoldersJvmIsKilled_theNextTokenIsLarger() {
        String name = bench().name();
        ChildJvm child = bench().child("hold", name, Long.toString(Bench.CHILD_LEASE.toMillis()));
        long killed = Long.parseLong(child.awaitLine("held").get(0));
        child.kill();
        assertThat(child.endedByItself()).isEmpty();
        assertThat(takeWhenFree(bench().client(), name).value()).isGreaterThan(killed);
    }

    @Test
    @Proves(Part.BACKEND)
    default void afterARestartOfTheClient_theNextTokenIsLarger() {
        String name = bench().name();
        FencingToken before;
        try (LockClient first = bench().newClient()) {
            takeAndRelease(first, name);
            before = takeAndRelease(first, name);
        }
        assertThat(takeAndRelease(bench().newClient(), name)).isGreaterThan(before);
    }

    @Test
    default void afterARestartOfTheServiceWithItsData_theNextTokenIsLarger() {
        String name = bench().name();
        FencingToken before = takeAndRelease(bench().client(), name);
        bench().killService();
        bench().startService(true);
        assertThat(takeWhenFree(bench().newClient(), name)).isGreaterThan(before);
    }

    /** Where the service cannot know its old tokens, the backend must at least say so in its guarantees. */
    @Test
    default void afterARestartOfTheServiceWithoutItsData_theNextTokenIsLarger() {
        String name = bench().name();
        FencingToken before = takeAndRelease(bench().client(), name);
        bench().killService();
        bench().startService(false);
        FencingToken after = takeWhenFree(bench().newClient(), name);
        if (bench().fixture().tokensOutliveDataLoss()) {
            assertThat(after).isGreaterThan(before);
        } else {
            assertThat(bench().client().guarantees().tokenDurability()).isEqualTo(TokenDurability.PROCESS);
        }
    }

    /** Twelve threads of three clients acquire, try and release, in an order of their own; each lets a hold expire once. */
    @Test
    default void whateverEndsTheHolds_tokensFollowRealTime() {
        String name = bench().name();
        LockOptions brief = Bench.unrenewed(Bench.BRIEF_LEASE);
        Queue<Claim> claims = new ConcurrentLinkedQueue<>();
        List<LockClient> clients = Stream.generate(bench()::newClient).limit(3).toList();
        IntStream.range(0, 12)
                .mapToObj(i -> bench().start(() -> {
                    LockClient client = clients.get(i % 3);
                    Random random = new Random(i);
                    for (int round = 0; round < 20; round++) {
                        boolean expires = round == i;
                        DistributedLock lock = expires ? client.lock(name, brief) : client.lock(name);
                        acquireSomehow(lock, random.nextInt(3), expires).ifPresent(claims::add);
                    }
                    return (Void) null;
                }))
                .toList()
                .forEach(Job::get);
        assertThat(claims.size()).isGreaterThan(50);
        Claim.assertTokensOnlyGoUp(claims);
    }

    private static Optional<Claim> acquireSomehow(DistributedLock lock, int how, boolean expires)
            throws InterruptedException {
        long invoked = System.nanoTime();
        Optional<Lease> lease = switch (how) {
            case 0 -> lock.tryAcquire();
            case 1 -> lock.tryAcquire(Duration.ofMillis(20));
            default -> Optional.of(lock.acquire());
        };
        long acquired = System.nanoTime();
        Optional<Claim> claim = lease.map(held -> Claim.now(held, invoked, acquired));
        if (!expires) {
            lease.ifPresent(Lease::close);
        }
        return claim;
    }

    @Test
    @Proves(Part.ENGINE)
    default void everyThreadOfAHandOff_getsALargerTokenOfItsOwn() {
        String name = bench().name();
        Lease first = Bench.hold(bench().client(), name);
        Queue<FencingToken> inOrder = new ConcurrentLinkedQueue<>(List.of(first.token()));
        List<Job<Void>> waiters = Stream.generate(() -> bench().start(() -> {
                    try (Lease lease = bench().client().lock(name).acquire()) {
                        inOrder.add(lease.token());
                    }
                    return (Void) null;
                }))
                .limit(200)
                .toList();
        waiters.forEach(Job::awaitWaiting);
        first.close();
        waiters.forEach(Job::get);
        assertThat(List.copyOf(inOrder)).hasSize(201).doesNotHaveDuplicates().isSorted();
    }

    @Test
    @Proves(Part.ENGINE)
    default void theTokenOfALease_namesItsLockAndNeverChanges() {
        String name = bench().name();
        try (Lease lease = Bench.hold(bench().client(), name, Bench.options(Duration.ofMillis(300)))) {
            FencingToken token = lease.token();
            assertThat(token.lock()).isEqualTo(name).isEqualTo(lease.name());
            Bench.await("several renewals").during(Duration.ofSeconds(1)).until(() -> token.equals(lease.token()));
        }
    }
}
