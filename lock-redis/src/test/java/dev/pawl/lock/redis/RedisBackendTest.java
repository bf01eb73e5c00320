package dev.pawl.lock.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.redis.internal.Script;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.spi.TokenBlock;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testkit.Player;
import dev.pawl.lock.testkit.TestContest;
import io.lettuce.core.KillArgs;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.SetArgs;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every path through the scripts. Two backends stand for two processes. */
class RedisBackendTest {

    private static final String LOCK = "{pawl:jobs}";
    private static final String TOKEN = LOCK + ":t";
    private static final String QUEUE = LOCK + ":q";

    /** How long a waiter's turn may last on a network as short as this one, however slow the first answers were. */
    private static final Duration LONGEST_TURN = Duration.ofSeconds(2);

    private static TestServer server;
    private RedisBackend here;
    private RedisBackend there;

    @BeforeAll
    static void startServer() {
        server = TestServer.start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void connect() {
        server.redis().flushall();
        here = RedisBackend.create(server.client());
        there = RedisBackend.create(server.client());
    }

    @AfterEach
    void disconnect() {
        here.close();
        there.close();
    }

    // Taking

    @Test
    void freeLock_isTaken_andHoldsItsOwnerForTheLease() {
        Player player = new Player(here, "jobs");
        Grant grant = player.wins();

        assertThat(grant.tokens()).isOne();
        assertThat(grant.firstToken()).isPositive();
        assertThat(server.redis().get(LOCK)).isEqualTo(player.owner());
        assertThat(server.redis().pttl(LOCK)).isBetween(20_000L, 30_000L);
        assertThat(server.redis().get(TOKEN)).isEqualTo(Long.toString(grant.firstToken()));
        assertThat(server.redis().ttl(TOKEN)).isBetween(604_700L, 604_800L);
    }

    @Test
    void repeatedAttempt_givesTheLastTokenOfTheSameGrantForAFullLease() {
        Player player = new Player(here, "jobs");
        server.redis().set(TOKEN, "1");
        Grant grant = player.wins();
        server.redis().pexpire(LOCK, 5_000);

        assertThat(grant.tokens()).isEqualTo(Player.TOKENS);
        Grant again = player.wins();
        assertThat(again.firstToken()).isEqualTo(grant.firstToken() + grant.tokens() - 1);
        assertThat(again.tokens()).isOne();
        assertThat(server.redis().pttl(LOCK)).isGreaterThan(20_000);
    }

    @Test
    void repeatedAttempt_afterTheTokenKeyIsGone_givesALargerToken() {
        Player player = new Player(here, "jobs");
        long first = player.wins().firstToken();
        server.redis().del(TOKEN);

        assertThat(player.wins().firstToken()).isGreaterThan(first);
    }

    @Test
    void heldLock_isBusyForTheRestOfItsLease() {
        new Player(here, "jobs").wins();

        assertThat(new Player(there, "jobs").isBusy(false)).isBetween(Duration.ofSeconds(20), Duration.ofSeconds(30));
    }

    @Test
    void busyTryThatWillNotWait_leavesNothingBehind() {
        Player holder = new Player(here, "jobs");
        holder.releases(holder.wins());
        holder = new Player(here, "jobs");
        holder.wins();
        List<String> before = server.redis().keys("*");

        Player other = new Player(there, "jobs");
        other.isBusy(false);
        resetStatistics();
        other.leaves();

        assertThat(server.redis().keys("*")).containsExactlyInAnyOrderElementsOf(before);
        assertThat(server.calls("evalsha")).isZero();
    }

    @Test
    void busyTryThatWillWait_isQueuedOnce_forAWhile() {
        new Player(here, "jobs").wins();
        Player waiter = new Player(there, "jobs");
        waiter.isBusy(true);
        List<ScoredValue<String>> queue = server.redis().zrangeWithScores(QUEUE, 0, -1);
        waiter.isBusy(true);

        assertThat(queue)
                .singleElement()
                .satisfies(only -> assertThat(only.getValue()).startsWith(member(there, waiter)));
        assertThat(server.redis().zrangeWithScores(QUEUE, 0, -1)).isEqualTo(queue);
        assertThat(server.redis().pttl(QUEUE)).isBetween(5_000L, 10_000L);
    }

    @Test
    void strangersKeyWithoutALife_isBusyAndNeverTaken() {
        server.redis().set(LOCK, "stranger");

        assertThat(new Player(here, "jobs").isBusy(false)).isEqualTo(Duration.ofSeconds(30));
        assertThat(server.redis().get(LOCK)).isEqualTo("stranger");
    }

    // Who has it

    private static Optional<LockInfo> refusedBy(Player player, boolean willWait) {
        return ((Attempt.Busy) player.attempt(willWait)).holder();
    }

    @Test
    void refusal_tellsWhoHasIt_andSince() {
        for (String label : List.of(
                "",
                "x",
                "web-1",
                "web-31",
                "wéb-\ud83d\udd12/47 11",
                "\ud83d\udd12".repeat(64),
                "\u20ac".repeat(128))) {
            server.redis().flushall();
            Player holder = new Player(here, "jobs");
            Grant grant = holder.wins();
            server.redis().set(LOCK, holder.owner() + (label.isEmpty() ? "" : " " + label), SetArgs.Builder.px(30_000));
            for (boolean willWait : new boolean[] {false, true}) {
                LockInfo info = refusedBy(new Player(there, "jobs"), willWait).orElseThrow();
                assertThat(info.holder().orElse("")).isEqualTo(label);
                assertThat(info.token().value()).isEqualTo(grant.firstToken());
                assertThat(info.since()).hasValue(Instant.EPOCH.plus(grant.firstToken(), ChronoUnit.MICROS));
                assertThat(Duration.between(
                                info.since().orElseThrow(), info.until().orElseThrow()))
                        .isBetween(Duration.ofSeconds(25), Duration.ofSeconds(60));
                assertThat(info.isRevoked()).isFalse();
            }
        }
    }

    @Test
    void refusal_saysThatALockWasTakenAway_andNotSinceWhen() {
        Grant grant = new Player(here, "jobs").wins();
        LockInfo taken = Player.get(here.takeAway(new FencingToken("jobs", grant.firstToken()), false, Runnable::run))
                .orElseThrow();
        LockInfo info = refusedBy(new Player(there, "jobs"), true).orElseThrow();
        assertThat(info.isRevoked()).isTrue();
        assertThat(info.token()).isEqualTo(taken.token());
        assertThat(info.since()).isEmpty();
    }

    @Test
    void refusal_tellsNobody_whereALockIsReserved_orAStrangers() {
        Player holder = new Player(here, "jobs");
        Grant grant = holder.wins();
        new Player(there, "jobs").isBusy(true);
        holder.releases(grant);
        assertThat(refusedBy(new Player(here, "jobs"), false)).as("reserved").isEmpty();

        server.redis().set(LOCK, "stranger");
        server.redis().del(TOKEN);
        assertThat(refusedBy(new Player(here, "jobs"), false)).as("no token").isEmpty();
        server.redis().set(TOKEN, "nonsense");
        assertThat(refusedBy(new Player(here, "jobs"), false)).as("no number").isEmpty();
    }

    @Test
    void refusal_byAStrangersLongValue_isCut() {
        server.redis().set(LOCK, "x " + "y".repeat(100_000));
        server.redis().set(TOKEN, "17");
        assertThat(refusedBy(new Player(here, "jobs"), true).orElseThrow().holder())
                .hasValue("y".repeat(384));
    }

    @Test
    void whoeverLooks_orTakesTheLockAway_isToldNoMoreOfAStrangersLongValue() {
        server.redis().set(LOCK, "x " + "y".repeat(100_000), SetArgs.Builder.px(30_000));
        server.redis().set(TOKEN, "17");
        assertThat(Bench.get(here.inspect("jobs", Runnable::run).toCompletableFuture())
                        .flatMap(LockInfo::holder))
                .hasValue("y".repeat(384));
        assertThat(Bench.get(here.takeAway(new FencingToken("jobs", 17), true, Runnable::run)
                                .toCompletableFuture())
                        .flatMap(LockInfo::holder))
                .hasValue("y".repeat(384));
        assertThat(server.redis().exists(LOCK)).isZero();
    }

    // Handing over

    @Test
    void release_wakesTheFirstWaiterAlone_andReservesTheLockForIt() {
        Player holder = new Player(here, "jobs");
        Grant grant = holder.wins();
        Player first = new Player(there, "jobs");
        Player second = new Player(here, "jobs");
        first.isBusy(true);
        second.isBusy(true);

        assertThat(holder.releases(grant)).isEqualTo(ReleaseOutcome.RELEASED);
        assertThat(server.redis().get(LOCK)).startsWith("~" + member(there, first));
        await().pollInterval(Duration.ofMillis(2)).until(() -> first.wakes() == 1);
        assertThat(second.wakes()).isZero();
        assertThat(first.wins().firstToken()).isGreaterThanOrEqualTo(grant.firstToken() + grant.tokens());
        assertThat(second.wakes()).isZero();
    }

    @Test
    void reservedLock_isRefusedToOthers_untilTheReservationHasRunOut() {
        Player holder = new Player(here, "jobs");
        Grant grant = holder.wins();
        Player sleepy = new Player(there, "jobs");
        sleepy.isBusy(true);
        holder.releases(grant);

        Player other = new Player(here, "jobs");
        assertThat(other.isBusy(true)).isBetween(Duration.ofMillis(1), LONGEST_TURN);
        await().pollInterval(Duration.ofMillis(2)).until(() -> server.redis().get(LOCK) == null);
        other.wins();
    }

    @Test
    void freeLockWithAQueue_isOfferedToItsHead_andTheNewcomerQueues() {
        Player holder = new Player(here, "jobs");
        holder.wins();
        Player waiter = new Player(there, "jobs");
        waiter.isBusy(true);
        server.redis().del(LOCK); // as when the lease has run out

        Player newcomer = new Player(here, "jobs");
        assertThat(newcomer.isBusy(true)).isBetween(Duration.ofMillis(1), LONGEST_TURN);
        assertThat(server.redis().zrange(QUEUE, 0, -1))
                .singleElement()
                .asString()
                .startsWith(member(here, newcomer));
        await().pollInterval(Duration.ofMillis(2)).until(() -> waiter.wakes() > 0);
        waiter.wins();
    }

    @Test
    void freeLockWithAQueue_isTakenByItsHead() {
        new Player(here, "jobs").wins();
        Player first = new Player(there, "jobs");
        Player second = new Player(here, "jobs");
        first.isBusy(true);
        second.isBusy(true);
        server.redis().del(LOCK);

        first.wins();
        assertThat(server.redis().zrange(QUEUE, 0, -1))
                .singleElement()
                .asString()
                .startsWith(member(here, second));
    }

    @Test
    void deadWaiters_areSkipped() {
        Player holder = new Player(here, "jobs");
        Grant grant = holder.wins();
        RedisBackend crashed = RedisBackend.create(server.client());
        new Player(crashed, "jobs").isBusy(true);
        new Player(crashed, "jobs").isBusy(true);
        crash(crashed);
        Player alive = new Player(there, "jobs");
        alive.isBusy(true);

        holder.releases(grant);
        assertThat(server.redis().get(LOCK)).startsWith("~" + member(there, alive));
        alive.wins();
    }

    @Test
    void onlyDeadWaiters_leaveTheLockFree() {
        Player holder = new Player(here, "jobs");
        Grant grant = holder.wins();
        RedisBackend crashed = RedisBackend.create(server.client());
        new Player(crashed, "jobs").isBusy(true);
        crash(crashed);

        holder.releases(grant);
        assertThat(server.redis().exists(LOCK, QUEUE)).isZero();
        new Player(there, "jobs").wins();
    }

    /** The server needs a moment to see that the connections are gone. */
    private static void crash(RedisBackend backend) {
        String channel = "pawl:wake:" + backend.nodeId();
        backend.close();
        await().until(() ->
                Long.valueOf(0).equals(server.redis().pubsubNumsub(channel).get(channel)));
    }

    @Test
    void attemptThatComesBehindItsUndoing_leavesNoPlaceInTheQueue() {
        new Player(there, "jobs").wins();
        server.redis().scriptFlush();
        server.redis().scriptLoad(Script.of(RedisBackend.class, "release.lua").source());
        Player player = new Player(here, "jobs");

        CompletionStage<Attempt> attempt = player.send(true);
        CompletionStage<Void> undone = player.sendLeave();
        assertThat(Player.get(attempt)).isInstanceOf(Attempt.Busy.class);
        Player.get(undone);
        assertThat(server.redis().exists(QUEUE)).isZero();
    }

    @Test
    void waiterThatLooksSeldom_keepsItsPlace_whenOthersLookOften() {
        new Player(there, "jobs").wins();
        TestContest seldom = new TestContest("jobs", Duration.ofSeconds(30), Duration.ofMinutes(1));
        Player.get(here.join(seldom).attempt(true, 1, Runnable::run));
        new Player(here, "jobs").isBusy(true);

        assertThat(server.redis().pttl(QUEUE))
                .isGreaterThan(Duration.ofMinutes(4).toMillis());
    }

    @Test
    void clockThatWasSetBack_letsNobodyPastAnEarlierWaiter() {
        new Player(there, "jobs").wins();
        server.redis().zadd(QUEUE, 9e15, "node:earlier:100");
        new Player(here, "jobs").isBusy(true);

        assertThat(server.redis().zrange(QUEUE, 0, 0)).containsExactly("node:earlier:100");
    }

    @Test
    void reservationThatASetBackClockHasLengthened_isCutToItsTurn() {
        Player holder = new Player(here, "jobs");
        Grant grant = holder.wins();
        new Player(there, "jobs").isBusy(true);
        holder.releases(grant);
        server.redis().pexpire(LOCK, 3_600_000); // as when the clock was set back by an hour

        assertThat(new Player(here, "jobs").isBusy(false)).isBetween(Duration.ofMillis(1), LONGEST_TURN);
        await().pollInterval(Duration.ofMillis(2)).until(() -> server.redis().get(LOCK) == null);
    }

    @Test
    void namespaceThatWouldBreakAKeyOrAChannel_isRefused() {
        for (String bad : List.of("my app", "a:b", "{a}", "", "-a")) {
            assertThatThrownBy(() -> RedisBackend.builder(server.client()).namespace(bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("namespace '" + bad + "'");
        }
    }

    @Test
    void tokenKeyOfAnotherKind_isNoTokenOfOurs() {
        Player player = new Player(here, "jobs");
        Grant grant = player.wins();
        server.redis().set(TOKEN, "abc");

        assertThat(player.wins().firstToken()).isGreaterThan(grant.firstToken());
    }

    // Releasing and renewing

    @Test
    void releasedTwice_isNotHeldTheSecondTime() {
        Player holder = new Player(here, "jobs");
        Grant grant = holder.wins();

        assertThat(holder.releases(grant)).isEqualTo(ReleaseOutcome.RELEASED);
        assertThat(holder.releases(grant)).isEqualTo(ReleaseOutcome.NOT_HELD);
        assertThat(server.redis().keys("*")).containsExactly(TOKEN);
    }

    @Test
    void expiredHolder_neitherReleasesNorRenewsItsSuccessor() {
        Player expired = new Player(here, "jobs");
        Grant old = expired.wins();
        server.redis().del(LOCK);
        assertThat(expired.renews(old)).isEqualTo(RenewalOutcome.NOT_HELD);
        assertThat(server.redis().exists(LOCK)).isZero();

        Player successor = new Player(there, "jobs");
        Grant grant = successor.wins();
        assertThat(expired.renews(old)).isEqualTo(RenewalOutcome.TAKEN);
        assertThat(expired.releases(old)).isEqualTo(ReleaseOutcome.NOT_HELD);
        assertThat(successor.renews(grant)).isEqualTo(RenewalOutcome.RENEWED);
    }

    @Test
    void renewal_ofManyHoldsAtOnce_answersForEach() {
        Player a = new Player(here, "a");
        Player b = new Player(here, "b");
        Grant held = a.wins();
        Grant gone = b.wins();
        server.redis().pexpire("{pawl:a}", 5_000);
        server.redis().del("{pawl:b}");

        assertThat(Player.get(here.renew(List.of(held, gone), Runnable::run)))
                .containsEntry(held, RenewalOutcome.RENEWED)
                .containsEntry(gone, RenewalOutcome.NOT_HELD);
        assertThat(server.redis().pttl("{pawl:a}")).isGreaterThan(20_000);
        assertThat(Player.get(here.renew(List.of(), Runnable::run))).isEmpty();
    }

    // Leaving

    @Test
    void leaving_takesTheWaiterOutOfTheQueue() {
        new Player(here, "jobs").wins();
        Player waiter = new Player(there, "jobs");
        waiter.isBusy(true);
        waiter.leaves();

        assertThat(server.redis().exists(QUEUE)).isZero();
        waiter.leaves();
    }

    @Test
    void leaving_givesUpAnUntakenGrant() {
        Player player = new Player(here, "jobs");
        player.wins();
        player.leaves();

        assertThat(server.redis().keys("*")).containsExactly(TOKEN);
    }

    @Test
    void leaving_passesAReservationOn() {
        Player holder = new Player(here, "jobs");
        Grant grant = holder.wins();
        Player first = new Player(there, "jobs");
        Player second = new Player(there, "jobs");
        first.isBusy(true);
        second.isBusy(true);
        holder.releases(grant);

        first.leaves();
        assertThat(server.redis().get(LOCK)).startsWith("~" + member(there, second));
        second.leaves();
        assertThat(server.redis().keys("*")).containsExactly(TOKEN);
    }

    @Test
    void leavingWhileTheAttemptIsInFlight_undoesIt() {
        for (int i = 0; i < 50; i++) {
            Player player = new Player(here, "jobs");
            CompletionStage<Attempt> attempt = player.send(true);
            player.leaves();
            Player.get(attempt);
            assertThat(server.redis().exists(LOCK)).isZero();
        }
    }

    @Test
    void leavingWhileTheAttemptIsInFlight_undoesIt_evenWhenTheScriptsAreUnknown() {
        for (int i = 0; i < 50; i++) {
            server.redis().scriptFlush();
            Player player = new Player(here, "jobs");
            CompletionStage<Attempt> attempt = player.send(true);
            player.leaves();
            Player.get(attempt);
            assertThat(server.redis().exists(LOCK)).isZero();
        }
    }

    // Tokens

    @Test
    void tokens_goUp_whenTheDataIsLost() {
        Player player = new Player(here, "jobs");
        long last = player.wins().firstToken() + Player.TOKENS - 1;
        server.redis().flushall();

        assertThat(new Player(there, "jobs").wins().firstToken()).isGreaterThan(last);
    }

    @Test
    void tokens_goUp_whenTheServersClockWasSetBack() {
        long ahead = 4_000_000_000_000_000L;
        server.redis().set(TOKEN, Long.toString(ahead), SetArgs.Builder.ex(60));
        Player player = new Player(here, "jobs");
        Grant grant = player.wins();

        assertThat(grant.firstToken()).isEqualTo(ahead + 1);
        assertThat(server.redis().get(TOKEN)).isEqualTo(Long.toString(ahead + Player.TOKENS));
    }

    @Test
    void singleTokens_goUp_alsoWhenTheCounterIsLost() {
        long first = winsOneToken();
        long second = winsOneToken();
        server.redis().del(TOKEN);
        long afterTheLoss = winsOneToken();

        assertThat(second).isGreaterThan(first);
        assertThat(afterTheLoss).isGreaterThan(second);
        assertThat(server.redis().ttl(TOKEN)).isBetween(604_700L, 604_800L);
    }

    @Test
    void extension_givesMoreTokens_whileNobodyWaits() {
        Grant grant = new Player(here, "jobs").wins();
        long last = grant.firstToken() + grant.tokens() - 1;

        TokenBlock more = Player.get(here.extend(grant, 5, Runnable::run)).orElseThrow();
        assertThat(more.first()).isGreaterThan(last);
        assertThat(more.count()).isBetween(1, 5);
        assertThat(server.redis().get(TOKEN)).isEqualTo(Long.toString(more.first() + more.count() - 1));
    }

    @Test
    void extension_isRefused_whenAnotherWaits_orTheHoldIsGone() {
        Grant grant = new Player(here, "jobs").wins();
        new Player(there, "jobs").isBusy(true);
        assertThat(Player.get(here.extend(grant, 5, Runnable::run))).isEmpty();

        Grant other = new Player(here, "others").wins();
        server.redis().del("{pawl:others}");
        assertThat(Player.get(here.extend(other, 5, Runnable::run))).isEmpty();
    }

    private long winsOneToken() {
        Attempt attempt = Player.get(here.join(new TestContest("jobs")).attempt(true, 1, Runnable::run));
        Grant grant = ((Attempt.Granted) attempt).grant();
        assertThat(grant.tokens()).isOne();
        Player.get(here.release(grant, Runnable::run));
        return grant.firstToken();
    }

    @Test
    void tokens_areNeverAheadOfTheClock_howeverFastTheGrants() {
        long last = 0;
        for (int i = 0; i < 200; i++) {
            TestContest contest = new TestContest("jobs");
            Attempt.Granted won =
                    (Attempt.Granted) Player.get(here.join(contest).attempt(true, 1_000_000, Runnable::run));
            assertThat(won.grant().firstToken()).isGreaterThan(last);
            assertThat(won.grant().tokens()).isPositive();
            last = won.grant().firstToken() + won.grant().tokens() - 1;
            Player.get(here.release(won.grant(), Runnable::run));
        }
        List<String> time = server.redis().time();
        assertThat(last).isLessThan(Long.parseLong(time.get(0)) * 1_000_000 + Long.parseLong(time.get(1)));
    }

    // Names

    @Test
    void names_thatLookAlikeInKeys_areDifferentLocks() {
        Stream.of(
                        "a",
                        "a:t",
                        "a:q",
                        "a}",
                        "a%7D",
                        "{a}",
                        "%7Ba%7D",
                        "a}:t",
                        "a ",
                        "ä",
                        "é\uD83D\uDD12",
                        "A",
                        "a".repeat(1024))
                .forEach(name -> new Player(here, name).wins());
    }

    // Cost

    @Test
    void pairOfAcquireAndRelease_isTwoCommands() {
        Player warm = new Player(here, "jobs");
        warm.releases(warm.wins());
        resetStatistics();

        Player player = new Player(here, "jobs");
        player.releases(player.wins());

        assertThat(server.calls("evalsha")).isEqualTo(2);
        assertThat(server.calls("eval")).isZero();
        assertThat(server.calls("publish")).isZero();
        long inner = Stream.of("set", "get", "exists", "time", "del", "zpopmin", "pexpire", "pttl", "zadd", "zrem")
                .mapToLong(server::calls)
                .sum();
        assertThat(inner).isLessThanOrEqualTo(8);
    }

    @Test
    void scriptsThatTheServerForgot_areSentAgain() {
        Player player = new Player(here, "jobs");
        server.redis().scriptFlush();
        Grant grant = player.wins();
        server.redis().scriptFlush();
        assertThat(player.renews(grant)).isEqualTo(RenewalOutcome.RENEWED);
        server.redis().scriptFlush();
        assertThat(player.releases(grant)).isEqualTo(ReleaseOutcome.RELEASED);
    }

    // Wake-ups

    @Test
    void newSubscription_wakesEveryWaiter_butNobodyElse() {
        Player holder = new Player(here, "jobs");
        holder.wins();
        Player waiter = new Player(there, "jobs");
        Player other = new Player(there, "jobs");
        waiter.isBusy(true);
        other.isBusy(true);

        server.redis().clientKill(KillArgs.Builder.typePubsub());
        await().pollInterval(Duration.ofMillis(2)).until(() -> waiter.wakes() == 1 && other.wakes() == 1);
        assertThat(holder.wakes()).isZero();
    }

    @Test
    void contestThatIsOver_isNotWoken() {
        Player holder = new Player(here, "jobs");
        holder.wins();
        Player waiter = new Player(there, "jobs");
        waiter.isBusy(true);
        waiter.leaves();
        Player witness = new Player(there, "jobs");
        witness.isBusy(true);

        server.redis().clientKill(KillArgs.Builder.typePubsub());
        await().pollInterval(Duration.ofMillis(2)).until(() -> witness.wakes() == 1);
        assertThat(waiter.wakes()).isZero();
    }

    // Closing

    @Test
    void closing_endsTwoConnections_andLeavesTheClientOpen() {
        long before = connections();
        RedisBackend backend = RedisBackend.create(server.client());
        assertThat(connections()).isEqualTo(before + 2);

        backend.close();
        backend.close();
        await().pollInterval(Duration.ofMillis(2)).until(() -> connections() == before);
        assertThat(server.redis().ping()).isEqualTo("PONG");
    }

    private static long connections() {
        return server.redis().clientList().lines().count();
    }

    private static void resetStatistics() {
        server.redis().configResetstat();
    }

    private static String member(RedisBackend backend, Player player) {
        return backend.nodeId() + ":" + player.owner() + ":";
    }
}
