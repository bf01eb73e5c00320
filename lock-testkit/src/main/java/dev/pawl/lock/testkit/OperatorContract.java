package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.Capability;
import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.FencingToken;
import dev.pawl.lock.ForcedRelease;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.LockListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who holds a lock, and how an operator takes it away. A backend that cannot do it refuses, and says what else to do. */
public interface OperatorContract extends ContractCase {

    private boolean can(Capability capability, Runnable call) {
        if (bench().client().guarantees().supports(capability)) {
            return true;
        }
        assertThatExceptionOfType(LockConfigException.class)
                .isThrownBy(call::run)
                .withMessageContaining(capability.name())
                .withMessageContaining(capability.alternative());
        return false;
    }

    @Test
    default void inspect_saysWhoHoldsIt_andIsEmptyWhenItIsFree() {
        String name = bench().name();
        LockClient observer = bench().newClient();
        if (!can(Capability.INSPECT, () -> observer.inspect(name))) {
            return;
        }
        assertThat(observer.inspect(name)).isEmpty();
        Lease lease = Bench.hold(bench().client(), name);
        LockInfo info = observer.lock(name).inspect().orElseThrow();
        assertThat(info.token()).isEqualTo(lease.token());
        assertThat(info.holder().orElseThrow())
                .endsWith("/" + ProcessHandle.current().pid());
        assertThat(info.isRevoked()).isFalse();
        if (info.since().isPresent() && info.until().isPresent()) {
            assertThat(info.since().get()).isBefore(info.until().get());
        }
        lease.close();
        assertThat(observer.inspect(name)).isEmpty();
        bench().assertNothingLeft(name);
    }

    @Test
    default void revoke_ofATokenThatIsNotTheHolders_doesNothing() {
        DistributedLock lock = bench().newClient().lock(bench().name());
        FencingToken one = new FencingToken(lock.name(), 1);
        if (!can(Capability.REVOKE, () -> lock.revoke(one, "a test"))) {
            return;
        }
        assertThat(lock.revoke(one, "a test")).isEmpty();
        FencingToken before;
        try (Lease earlier = Bench.hold(bench().client(), lock.name())) {
            before = earlier.token();
        }
        try (Lease lease = Bench.hold(bench().client(), lock.name())) {
            assertThat(lock.revoke(before, "a test")).isEmpty();
            assertThat(lock.forceRelease(before, "a test")).isEmpty();
            assertThat(lock.inspect().orElseThrow().token()).isEqualTo(lease.token());
        }
    }

    @Test
    default void revoke_givesTheLockToAnother_onlyAfterItsHolderWasTold() {
        LockClient operator = bench().newClient();
        DistributedLock lock = operator.lock(bench().name());
        if (!can(Capability.REVOKE, () -> lock.revoke(new FencingToken(lock.name(), 1), "a test"))) {
            return;
        }
        List<ForcedRelease> told = new CopyOnWriteArrayList<>();
        operator.addListener(new LockListener() {
            @Override
            public void onForceReleased(ForcedRelease release) {
                told.add(release);
            }
        });
        Lease held = Bench.hold(bench().client(), lock.name(), Bench.options(Bench.SHORT_LEASE));
        CompletableFuture<Boolean> heldStill = bench().newClient()
                .lock(lock.name())
                .acquireAsync(Bench.LONG_LEASE)
                .thenApply(next -> {
                    boolean still = held.isValid();
                    next.close();
                    return still;
                });
        LockInfo taken =
                lock.revoke(lock.inspect().orElseThrow().token(), "a test").orElseThrow();
        assertThat(taken.token()).isGreaterThan(held.token());
        assertThat(told).hasSize(1);
        assertThat(told.get(0).reason()).isEqualTo("a test");
        assertThat(told.get(0).isAtOnce()).isFalse();
        assertThat(Bench.get(heldStill)).isFalse();
        try (Lease next = Bench.hold(operator, lock.name())) {
            assertThat(next.token()).isGreaterThan(taken.token());
        }
        bench().assertNothingLeft(lock.name());
    }

    @Test
    default void forceRelease_freesTheLockAtOnce_andTheNextTokenIsLarger() {
        DistributedLock lock = bench().newClient().lock(bench().name());
        if (!can(Capability.FORCE_RELEASE, () -> lock.forceRelease(new FencingToken(lock.name(), 1), "a test"))) {
            return;
        }
        Lease held = Bench.hold(bench().client(), lock.name());
        CompletableFuture<Lease> waiter = bench().newClient().lock(lock.name()).acquireAsync(Bench.LONG_LEASE);
        Bench.await("the waiter waits")
                .until(() -> lock.inspect().orElseThrow().waiting().orElse(1) > 0);
        LockInfo taken = lock.forceRelease(held.token(), "a test").orElseThrow();
        try (Lease next = Bench.get(waiter)) {
            assertThat(next.token()).isGreaterThan(taken.token());
            assertThat(taken.token()).isGreaterThan(held.token());
        }
    }

    @Test
    default void list_saysWhatIsHeldNow_byPrefix_upToALimit() {
        String prefix = bench().name() + "%_*?[a]\\{b}'|";
        LockClient observer = bench().newClient();
        if (!can(Capability.LIST, () -> observer.list(prefix, 10))) {
            return;
        }
        assertThat(observer.list(prefix, 10)).isEmpty();
        Map<String, FencingToken> held = new TreeMap<>();
        List<Lease> leases = new ArrayList<>();
        for (String end : List.of("", "1", "2{x}", "\u00e4\ud83d\udd12")) {
            Lease lease = Bench.hold(bench().client(), prefix + end);
            leases.add(lease);
            held.put(lease.name(), lease.token());
        }
        leases.add(Bench.hold(bench().client(), "x" + prefix));
        Bench.hold(bench().client(), prefix + "released").close();
        List<LockInfo> listed = observer.list(prefix, 100);
        assertThat(listed).extracting(LockInfo::name).isSorted();
        assertThat(listed.stream().collect(Collectors.toMap(LockInfo::name, LockInfo::token)))
                .isEqualTo(held);
        assertThat(listed).allMatch(info -> info.holder().isPresent());
        assertThat(observer.list(prefix, 2))
                .extracting(LockInfo::name)
                .hasSize(2)
                .isSubsetOf(held.keySet());
        assertThat(observer.list("", 10_000)).extracting(LockInfo::name).contains("x" + prefix);
        leases.forEach(Lease::close);
        assertThat(observer.list(prefix, 100)).isEmpty();
    }

    @Test
    @Proves(Part.ENGINE)
    default void list_refusesWhatNoNameCanBeginWith_andLimitsOutOfRange() {
        LockClient client = bench().client();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> client.list("x", 0))
                .withMessageContaining("limit");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> client.list("x", 10_001))
                .withMessageContaining("10001");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> client.list("\ud800", 1))
                .withMessageContaining("prefix");
    }

    @Test
    @Proves(Part.BACKEND)
    default void forceRelease_letsAGuardRefuseTheOldHoldersLateWrite() {
        DistributedLock lock = bench().newClient().lock(bench().name());
        if (!can(Capability.FORCE_RELEASE, () -> lock.forceRelease(new FencingToken(lock.name(), 1), "a test"))) {
            return;
        }
        AtomicLong newestSeen = new AtomicLong();
        Lease old = Bench.hold(bench().client(), lock.name());
        assertThat(admits(newestSeen, old.token())).isTrue();
        LockInfo taken = lock.forceRelease(lock.inspect().orElseThrow().token(), "a test")
                .orElseThrow();
        assertThat(admits(newestSeen, taken.token())).isTrue();
        assertThat(admits(newestSeen, old.token())).isFalse();
        try (Lease next = Bench.hold(bench().newClient(), lock.name())) {
            assertThat(admits(newestSeen, next.token())).isTrue();
            assertThat(admits(newestSeen, old.token())).isFalse();
        }
        assertThatThrownBy(old::close).isInstanceOf(LeaseLostException.class);
        bench().assertNothingLeft(lock.name());
    }

    /** What every guard does. */
    private static boolean admits(AtomicLong newestSeen, FencingToken token) {
        return newestSeen.accumulateAndGet(token.value(), Math::max) == token.value();
    }

    @Test
    @Proves(Part.BACKEND)
    default void revokedHolder_mayStillRelease_andTheLockIsFreeThen() {
        DistributedLock lock = bench().newClient().lock(bench().name());
        if (!can(Capability.REVOKE, () -> lock.revoke(new FencingToken(lock.name(), 1), "a test"))) {
            return;
        }
        Lease held = Bench.hold(bench().client(), lock.name());
        LockInfo taken =
                lock.revoke(lock.inspect().orElseThrow().token(), "a test").orElseThrow();
        assertThat(lock.tryAcquire()).as("before its holder has let go").isEmpty();
        LockInfo seen = lock.inspect().orElseThrow();
        assertThat(seen.isRevoked()).isTrue();
        assertThat(seen.token()).isEqualTo(taken.token());
        try {
            held.close();
        } catch (LeaseLostException told) {
            // A service that can has said so at once.
            assertThat(told.getMessage()).contains(lock.name());
        }
        try (Lease next = Bench.hold(bench().newClient(), lock.name())) {
            assertThat(next.token()).isGreaterThan(taken.token());
            assertThat(lock.revoke(taken.token(), "too late")).isEmpty();
            assertThat(next.isValid()).isTrue();
        }
        bench().assertNothingLeft(lock.name());
    }

    @Test
    @Proves(Part.BACKEND)
    default void aRevocationUnderLoad_neverHasTwoHolders() {
        String name = bench().name();
        DistributedLock seen = bench().newClient().lock(name);
        if (!can(Capability.REVOKE, () -> seen.revoke(new FencingToken(name, 1), "a test"))) {
            return;
        }
        List<LockClient> clients = Stream.generate(() -> bench().newClient(Bench.options(Bench.SHORT_LEASE)))
                .limit(3)
                .toList();
        Queue<Claim> claims = new ConcurrentLinkedQueue<>();
        List<Job<Integer>> jobs = IntStream.range(0, 6)
                .mapToObj(i -> bench().start(() -> {
                    int lost = 0;
                    for (int round = 0; round < 8; round++) {
                        // One of them holds on until it is told.
                        Duration body = i == 0 && round % 4 == 0 ? Bench.LONG_LEASE : Duration.ofMillis(5);
                        lost += claim(clients.get(i % clients.size()).lock(name), body, claims) ? 0 : 1;
                    }
                    return lost;
                }))
                .toList();
        Job<Integer> operator = bench().start(() -> {
            int revoked = 0;
            while (!jobs.stream().allMatch(Job::isDone)) {
                Optional<LockInfo> held = seen.inspect();
                if (held.isPresent() && seen.revoke(held.get().token(), "load").isPresent()) {
                    revoked++;
                }
            }
            return revoked;
        });
        assertThat(jobs.stream().mapToInt(Job::get).sum()).as("leases lost").isPositive();
        assertThat(operator.get()).as("revocations").isPositive();
        assertThat(claims).as("leases seen valid").isNotEmpty();
        Claim.assertOneAtATime(claims);
        Claim.assertTokensOnlyGoUp(claims);
        bench().assertNothingLeft(name);
    }

    /** Holds a lock for so long, or until it is lost; false if it was. One that was lost before it was looked at claims nothing. */
    private static boolean claim(DistributedLock lock, Duration body, Queue<Claim> claims) throws InterruptedException {
        long invoked = System.nanoTime();
        Lease lease = lock.acquire();
        long acquired = System.nanoTime();
        long valid = acquired;
        boolean held = true;
        try (lease) {
            while (held && valid - acquired < body.toNanos()) {
                LockSupport.parkNanos(100_000);
                long now = System.nanoTime();
                held = lease.isValid();
                valid = held ? now : valid;
            }
        } catch (LeaseLostException e) {
            held = false;
        }
        if (valid != acquired) {
            claims.add(new Claim(lease.token().value(), invoked, acquired, valid));
        }
        return held;
    }
}
