package dev.pawl.lock.redlock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.redis.internal.Keys;
import dev.pawl.lock.redis.internal.Link;
import dev.pawl.lock.redis.internal.RedisOptions;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.StartUp;
import dev.pawl.lock.spi.Ticker;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testkit.TestContest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is kept and said when three real masters give holds up. */
@Timeout(120)
class GivingUpTest {

    private static final Duration IO_LIMIT = Duration.ofSeconds(3);
    private static final Duration HANGS_FOR = IO_LIMIT.multipliedBy(3);

    private final List<TestMaster> servers = new ArrayList<>();
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final WakeUps wakeUps = new WakeUps();
    private final QuorumClock clock = new QuorumClock(3, Ticker.SYSTEM);
    private final Queue<Runnable> graces = new ArrayDeque<>();
    private Masters masters;
    private Quorum quorum;

    @BeforeEach
    void start() {
        List<Supplier<Link>> connectors = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            TestMaster server = TestMaster.start();
            servers.add(server);
            connectors.add(() -> Link.open(server.client()));
        }
        RedisOptions options = RedisOptions.DEFAULTS.withIoTimeout(IO_LIMIT);
        masters = new Masters(connectors, List.of("a", "b", "c"), options, wakeUps, clock, this::after);
        quorum = new Quorum(
                masters.nodes(),
                2,
                Ticker.SYSTEM,
                clock,
                this::after,
                bound -> ThreadLocalRandom.current().nextLong(bound),
                wakeUps);
        masters.connect(StartUp.withClient(getClass(), Duration.ZERO));
        await().until(() -> masters.nodes().stream().allMatch(Master::isConnected));
    }

    @AfterEach
    void stop() {
        timer.shutdownNow();
        masters.close();
        servers.forEach(TestMaster::close);
    }

    private void after(long nanos, Runnable action) {
        timer.schedule(action, nanos, TimeUnit.NANOSECONDS);
    }

    private void use(int number) {
        assertThat(get(win("lock " + number).end())).isEqualTo(ReleaseOutcome.RELEASED);
    }

    private QuorumAcquire win(String name) {
        RedlockContender contender = new RedlockContender(
                quorum, TestContest.of(name, "owner " + name, Bench.LONG_LEASE), Keys.of("pawl", name));
        Attempt attempt = get(contender.attempt(true, 1, Runnable::run));
        assertThat(attempt).isInstanceOf(Attempt.Granted.class);
        return ((RedlockGrant) ((Attempt.Granted) attempt).grant()).acquire();
    }

    private QuorumAcquire winAtAll(String name) {
        QuorumAcquire hold = win(name);
        await().until(() -> servers.stream().allMatch(server -> server.redis().get(lock(name)) != null));
        return hold;
    }

    private static String lock(String name) {
        return Keys.of("pawl", name).lock();
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    @Test
    void masterThatHangs_costsAFewTimerEntries_howeverManyLocksAreUsed() {
        use(-1);
        TestMaster hung = servers.get(2);
        hung.redis().clientPause(HANGS_FOR.toMillis());
        long start = System.nanoTime();
        int used = 0;
        int most = 0;
        while (System.nanoTime() - start < IO_LIMIT.multipliedBy(2).toNanos()) {
            use(used++);
            most = Math.max(most, timer.getQueue().size());
        }
        assertThat(used).isGreaterThan(100);
        // One for each master, the question whether it answers, and the graces of the last ballots.
        assertThat(most).isLessThan(10);
        await().atMost(HANGS_FOR.multipliedBy(2))
                .ignoreExceptions()
                .until(() -> hung.redis().keys("*[0-9]}").isEmpty());
    }

    @Test
    void holdThatWasDeletedBehindItsHoldersBack_wasNotHeld() {
        QuorumAcquire hold = winAtAll("lost");
        servers.forEach(server -> server.redis().del(lock("lost")));
        assertThat(get(hold.end())).isEqualTo(ReleaseOutcome.NOT_HELD);
    }

    @Test
    void majorityThatDoesNotTell_hasTheLastAnswerWaitedFor() {
        QuorumRelease release = release();
        release.answered(0, ReleaseKind.FOR_GOOD, Had.YES, null);
        release.answered(1, ReleaseKind.FOR_GOOD, Had.NO, null);
        assertThat(release.result().toCompletableFuture()).isNotDone();
        release.answered(2, ReleaseKind.FOR_GOOD, Had.NO, null);
        assertThat(get(release.result())).isEqualTo(ReleaseOutcome.NOT_HELD);
    }

    @Test
    void answerThatDoesNotComeInTime_leavesItReleased() {
        QuorumRelease release = release();
        release.answered(0, ReleaseKind.FOR_GOOD, Had.YES, null);
        release.answered(1, ReleaseKind.FOR_GOOD, Had.NO, null);
        graces.remove().run();
        assertThat(get(release.result())).isEqualTo(ReleaseOutcome.RELEASED);
    }

    /** Asked again after a broken connection: the first sending may have done it. */
    @Test
    void answersToARequestThatWasSentAgain_areNoLoss() {
        QuorumRelease release = release();
        for (int node = 0; node < 3; node++) {
            release.answered(node, ReleaseKind.FOR_GOOD, Had.UNKNOWN, null);
        }
        assertThat(get(release.result())).isEqualTo(ReleaseOutcome.RELEASED);
    }

    /** With a timer of its own that only the test moves. */
    private QuorumRelease release() {
        Quorum standing = new Quorum(
                masters.nodes(), 2, () -> 0, clock, (nanos, action) -> graces.add(action), bound -> 0, wakeUps);
        return new QuorumRelease(standing, 3, false, (node, kind) -> {});
    }

    @Test
    void holdThatAMinorityHasLost_isReleased_howeverOftenItIsAsked() {
        QuorumAcquire hold = winAtAll("kept");
        servers.get(0).redis().del(lock("kept"));
        assertThat(get(hold.end())).isEqualTo(ReleaseOutcome.RELEASED);
        // The first time has released it.
        assertThat(get(hold.end())).isEqualTo(ReleaseOutcome.RELEASED);
    }
}
