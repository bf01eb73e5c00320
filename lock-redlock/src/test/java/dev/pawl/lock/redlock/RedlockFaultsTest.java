package dev.pawl.lock.redlock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.testservers.TcpProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Five masters, and what happens to one, two or three of them. */
@Timeout(180)
class RedlockFaultsTest extends OnFiveMasters {

    private static final Pattern CALLS = Pattern.compile("cmdstat_evalsha:calls=(\\d+)");

    // --- one or two are away -----------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void killedMasters_areDoneWithout(int count) {
        LockClient client = client();
        FencingToken before = use(client);
        for (int i = 0; i < count; i++) {
            servers.kill(i);
        }
        FencingToken during = use(client);
        assertThat(during).isGreaterThan(before);
        assertThat(use(client())).isGreaterThan(during);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void hungMasters_costNoWaiting(int count) {
        LockClient client = clientOfAll();
        LockClient other = clientOfAll();
        use(client);
        use(other);
        for (int i = 0; i < count; i++) {
            servers.pause(i);
        }
        long start = System.nanoTime();
        FencingToken first = use(client);
        assertThat(use(other)).isGreaterThan(first);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(IO_LIMIT.dividedBy(4));
    }

    @Test
    void contentionWithTwoHung_isToldAtOnce() {
        LockClient holder = clientOfAll();
        LockClient other = clientOfAll();
        use(other);
        servers.pause(3);
        servers.pause(4);
        try (Lease lease = holder.lock(name).tryAcquire().orElseThrow()) {
            long start = System.nanoTime();
            assertThat(other.lock(name).tryAcquire()).isEmpty();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(IO_LIMIT.dividedBy(4));
            assertThat(lease.isValid()).isTrue();
        }
    }

    @Test
    void masterThatHungDuringAnAcquireAndItsRelease_isGivenUpWhenItGoesOn() {
        LockClient client = clientOfAll();
        use(client);
        servers.pause(2);
        use(client);
        servers.resume(2);
        await("the master is free").until(() -> !isHeldAt(2));
    }

    /** Longer than a request waits, so that all requests to it have been given up by the client. */
    @Test
    void masterThatHungForLong_isGivenUpAndTakesPartAgain() {
        LockClient client = clientOfAll();
        use(client);
        servers.pause(2);
        use(client);
        await("the master's requests are given up on")
                .during(IO_LIMIT.plusMillis(500))
                .atMost(IO_LIMIT.plusSeconds(5))
                .until(() -> use(client) != null);
        servers.resume(2);
        await("the master takes part again").until(() -> {
            try (Lease lease = client.lock(name).tryAcquire().orElseThrow()) {
                return lease.isValid() && isHeldAt(2);
            }
        });
        await("the master is free").until(() -> !isHeldAt(2));
    }

    /** Whatever it was asked before it was found to be hung: nobody waits any more for what it grants now. */
    @Test
    void masterThatHungLongerThanLeases_keepsNoHoldThatWasReleased() throws InterruptedException {
        Duration ioLimit = Duration.ofMillis(500);
        LockOptions brief =
                LockOptions.builder().leaseTime(Duration.ofSeconds(2)).build();
        LockClient client = clientOfAll(servers.url() + "?timeout=500ms");
        use(client);
        servers.pause(2);
        List<String> used = new ArrayList<>();
        long start = System.nanoTime();
        while (System.nanoTime() - start < ioLimit.plusSeconds(4).toNanos()) {
            String another = name + "-" + used.size();
            client.lock(another, brief).acquire(IO_LIMIT).close();
            used.add(another);
        }
        servers.resume(2);
        await("the master has none of them")
                .atMost(brief.leaseTime().dividedBy(2).plusMillis(500))
                .until(() -> servers.on(2, redis -> redis.keys("{pawl:" + name + "-*}"))
                        .isEmpty());
        await("the master takes part again").until(() -> {
            try (Lease lease = client.lock(name).tryAcquire().orElseThrow()) {
                return lease.isValid() && isHeldAt(2);
            }
        });
    }

    /** It has granted, but the connection breaks before its answer, and lettuce sends the release before the acquire is asked again. */
    @Test
    void acquireThatIsSentAgainBehindItsRelease_leavesNothing() {
        try (TcpProxy proxy = TcpProxy.to(servers.ports().get(4))) {
            LockClient client = clientOfAll(proxy.through(servers.url()));
            use(client);
            await("the master is free").until(() -> !isHeldAt(4));
            proxy.blackHole(TcpProxy.Direction.TO_CLIENT);
            Lease lease = client.lock(name).tryAcquire().orElseThrow();
            await("the master has granted").until(() -> isHeldAt(4));
            proxy.blackHole(TcpProxy.Direction.TO_SERVER);
            lease.close();
            proxy.cut();
            proxy.pass();
            await("the master stays free")
                    .during(Duration.ofMillis(500))
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> !isHeldAt(4));
        }
    }

    /** What they were asked before is carried out when they go on, long after the attempt was undone as well as it could be. */
    @Test
    void majorityThatHungLongerThanTheLease_keepsNoHoldOfAFailedAttempt() {
        Duration lease = Duration.ofSeconds(5);
        LockOptions brief = LockOptions.builder().leaseTime(lease).build();
        LockClient client = clientOfAll(servers.url() + "?timeout=500ms");
        use(client);
        for (int i = 0; i < 3; i++) {
            servers.pause(i);
        }
        assertThatThrownBy(() -> client.lock(name, brief).tryAcquire()).isInstanceOf(LockBackendException.class);
        long failedAt = System.nanoTime();
        await("the undoing by the engine is over")
                .atMost(Duration.ofSeconds(30))
                .until(() -> System.nanoTime() - failedAt > lease.plusSeconds(2).toNanos());
        for (int i = 0; i < 3; i++) {
            servers.resume(i);
        }
        await("the masters are free long before the lease is over")
                .atMost(lease.minusMillis(500))
                .during(Duration.ofMillis(500))
                .until(() -> !isHeldAt(0) && !isHeldAt(1) && !isHeldAt(2));
    }

    @Test
    void mastersThatHungWhileNobodyAsked_areThereForWhoeverAsksFirst() {
        LockClient client = clientOfAll(servers.url() + "?timeout=2s");
        use(client);
        servers.pause();
        assertThatThrownBy(() -> client.lock(name).tryAcquire()).isInstanceOf(LockBackendException.class);
        long start = System.nanoTime();
        assertThatThrownBy(() -> client.lock(name).tryAcquire())
                .as("who is known to be silent is not waited for")
                .hasMessageContaining("no answer for");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(1_500));
        servers.resume();
        await("they have answered")
                .atMost(Duration.ofSeconds(10))
                .ignoreException(LockBackendException.class)
                .until(() -> client.lock(name + "-other").tryAcquire().isPresent());
        await("what they granted late is given back")
                .until(() -> client.lock(name).tryAcquire().isPresent());
    }

    @Test
    void minorityThatFailsWhileALeaseRuns_doesNotEndIt() {
        LockClient client = clientOfAll();
        Duration leaseTime = Duration.ofMillis(1_500);
        LockOptions options = LockOptions.builder().leaseTime(leaseTime).build();
        try (Lease lease = client.lock(name, options).tryAcquire().orElseThrow()) {
            servers.pause(0);
            servers.kill(1);
            await("three lease times pass").during(leaseTime.multipliedBy(3)).until(lease::isValid);
            assertThat(client().lock(name).tryAcquire()).isEmpty();
        }
    }

    @Test
    void mastersThatComeAndGo_oneByOne_neverTurnTokensBack() {
        LockClient client = client();
        LockClient other = client();
        List<FencingToken> tokens = new ArrayList<>();
        for (int master = 0; master < 5; master++) {
            servers.kill(master);
            tokens.add(use(client));
            servers.start(master, master % 2 == 0);
            int back = master;
            await("the master is back").until(() -> {
                try (Lease lease = other.lock(name).acquire(Duration.ofSeconds(5))) {
                    tokens.add(lease.token());
                    return isHeldAt(back);
                }
            });
        }
        assertThat(tokens).isSorted().doesNotHaveDuplicates();
    }

    // --- three are away ----------------------------------------------------------------------------------------------

    @Test
    void withoutAMajority_theFaultNamesTheOutcomeAtEachMaster() {
        LockClient client = clientOfAll();
        use(client);
        servers.pause(0);
        servers.pause(1);
        servers.kill(2);
        long start = System.nanoTime();
        LockBackendException fault = catchThrowableOfType(
                LockBackendException.class, () -> client.lock(name).acquire(Duration.ofMillis(300)));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(IO_LIMIT.plusSeconds(2));
        assertThat(fault)
                .hasMessageContaining(name)
                .hasMessageContaining("fewer than 3 of 5 Redis masters answered")
                .hasMessageContaining("127.0.0.1:" + servers.ports().get(0) + " no answer in ")
                .hasMessageContaining("127.0.0.1:" + servers.ports().get(2) + " ")
                .hasMessageContaining("127.0.0.1:" + servers.ports().get(3) + " granted")
                .hasMessageContaining("127.0.0.1:" + servers.ports().get(4) + " granted");
        await("nothing is left at those that answer").until(() -> !isHeldAt(3) && !isHeldAt(4));
        servers.resume();
        servers.start(2, true);
        await("nothing is left at the others").until(() -> Stream.of(0, 1, 2).noneMatch(this::isHeldAt));
        await("the same client works again")
                .ignoreException(LockBackendException.class)
                .until(() -> use(client) != null);
    }

    @Test
    void aMajorityThatRefuses_isAFaultThatSaysWhy() {
        LockClient client = clientOfAll();
        use(client);
        for (int master = 0; master < 3; master++) {
            servers.on(master, redis -> redis.configSet("maxmemory", "1"));
        }
        try {
            assertThatThrownBy(() -> client.lock(name).tryAcquire())
                    .isInstanceOf(LockBackendException.class)
                    .hasMessageContaining("is out of memory")
                    .hasMessageContaining("[OOM]");
        } finally {
            for (int master = 0; master < 3; master++) {
                servers.on(master, redis -> redis.configSet("maxmemory", "0"));
            }
        }
    }

    // --- round trips -------------------------------------------------------------------------------------------------

    private long calls() {
        return Stream.of(0, 1, 2, 3, 4).mapToLong(this::calls).sum();
    }

    private long calls(int master) {
        Matcher matcher = CALLS.matcher(servers.on(master, redis -> redis.info("commandstats")));
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }

    private void resetCalls() {
        servers.onEachMaster(redis -> redis.configResetstat());
    }

    /** Let the requests to the slower two arrive, too. */
    private void awaitCalls(long count) {
        await(count + " scripts").untilAsserted(() -> assertThat(calls()).isEqualTo(count));
    }

    @Test
    void acquire_isOneRoundTripWhenTheCountersAgree_andReleaseIsOne() {
        LockClient client = clientOfAll();
        use(client);
        resetCalls();
        Lease lease = client.lock(name).tryAcquire().orElseThrow();
        awaitCalls(5);
        lease.close();
        awaitCalls(10);
        for (int i = 0; i < 20; i++) {
            use(client);
        }
        awaitCalls(10 + 20 * 10);
    }

    /** It has asked each what time it is, so all counters agree. */
    @Test
    void firstAcquireOfAClient_isOneRoundTrip() {
        use(client());
        LockClient fresh = clientOfAll();
        resetCalls();
        Lease lease = fresh.lock(name + "-other").tryAcquire().orElseThrow();
        awaitCalls(5);
        lease.close();
        awaitCalls(10);
    }

    /** Without the other two, every majority is the same three, so that what is sent does not depend on who is faster. */
    @Test
    void acquire_isTwoRoundTripsWhenACounterIsAhead_andOneAgainWhenAMajorityKnowsIt() {
        LockClient client = clientOfAll();
        servers.kill(3);
        servers.kill(4);
        long ahead = setAhead(use(client).value());
        assertThat(use(client).value()).isGreaterThan(ahead);
        // From here on the masters know all scripts, and the client knows that two are away.
        ahead = setAhead(ahead);
        resetCallsOfThree();
        assertThat(use(client).value()).isEqualTo(ahead + 1);
        assertThat(callsOfThree())
                .as("3 acquire, 2 that were behind record, 3 release")
                .isEqualTo(8);
        resetCallsOfThree();
        assertThat(use(client).value()).isEqualTo(ahead + 2);
        assertThat(callsOfThree()).isEqualTo(6);
    }

    /** A year ahead, at one master. */
    private long setAhead(long token) {
        long ahead = token + TimeUnit.DAYS.toMicros(365);
        servers.on(0, redis -> redis.set("{pawl:" + name + "}:t", Long.toString(ahead)));
        return ahead;
    }

    private void resetCallsOfThree() {
        Stream.of(0, 1, 2).forEach(master -> servers.on(master, redis -> redis.configResetstat()));
    }

    private long callsOfThree() {
        return Stream.of(0, 1, 2).mapToLong(this::calls).sum();
    }

    // --- many at once ------------------------------------------------------------------------------------------------

    @Test
    void manyContenders_doNotSplitTheVotesForEver() throws Exception {
        List<LockClient> crowd = Stream.generate(this::client).limit(12).toList();
        Queue<Long> tokens = new ConcurrentLinkedQueue<>();
        List<CompletableFuture<Void>> uses = new ArrayList<>();
        for (int round = 0; round < 10; round++) {
            for (LockClient client : crowd) {
                uses.add(client.lock(name).acquireAsync(Duration.ofSeconds(60)).thenCompose(lease -> {
                    tokens.add(lease.token().value());
                    return lease.releaseAsync();
                }));
            }
        }
        awaitAll(uses);
        assertThat(new ArrayList<>(tokens)).hasSize(120).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void manyContendersWithTwoHung_doNotWaitForThem() throws Exception {
        List<LockClient> crowd = Stream.generate(this::client).limit(6).toList();
        servers.pause(0);
        servers.pause(1);
        long start = System.nanoTime();
        Queue<Long> tokens = new ConcurrentLinkedQueue<>();
        awaitAll(crowd.stream()
                .map(client -> client.lock(name)
                        .acquireAsync(Duration.ofSeconds(60))
                        .thenCompose(lease -> {
                            tokens.add(lease.token().value());
                            return lease.releaseAsync();
                        }))
                .toList());
        assertThat(new ArrayList<>(tokens)).hasSize(6).isSorted();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(IO_LIMIT);
    }

    private static void awaitAll(List<CompletableFuture<Void>> all)
            throws InterruptedException, ExecutionException, TimeoutException {
        CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new)).get(60, TimeUnit.SECONDS);
    }
}
