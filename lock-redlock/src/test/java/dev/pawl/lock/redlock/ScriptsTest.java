package dev.pawl.lock.redlock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.redis.internal.Keys;
import dev.pawl.lock.redis.internal.RedisOptions;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testkit.TestContest;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The scripts at a real Redis and the {@link MemoryNode} of the simulation, side by side: what is proved of one is proved of the
 * other only as long as they give the same answers.
 */
class ScriptsTest {

    private static final int COMMANDS = 1_500;
    private static final String LISTENING = "listening";
    private static final String DEAF = "deaf";

    private static TestMaster server;

    @BeforeAll
    static void start() {
        server = TestMaster.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void sameCommands_sameAnswers(long seed) {
        new Sequence(seed).run();
    }

    /** One drawn sequence of commands, to both. */
    private static final class Sequence {

        private final SplittableRandom chance;
        private final Keys keys;
        private final Map<String, Master> masters = new HashMap<>();
        private final Queue<String> heard = new ConcurrentLinkedQueue<>();
        private final List<String> told = new ArrayList<>();
        private final Map<Long, Long> holders = new HashMap<>();
        private final MemoryNode memory = new MemoryNode(() -> 0, () -> 1_000);
        private long lastMicros;

        private Sequence(long seed) {
            chance = new SplittableRandom(seed);
            keys = Keys.of("pawl", "scripts-" + seed);
            masters.put(LISTENING, server.node(LISTENING + seed));
            masters.put(DEAF, server.node(DEAF + seed));
            StatefulRedisPubSubConnection<String, String> signals =
                    server.client().connectPubSub();
            signals.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void message(String channel, String message) {
                    heard.add(message);
                }
            });
            signals.sync().subscribe(Master.channelPrefix(RedisOptions.DEFAULTS) + LISTENING + seed);
        }

        private void run() {
            for (int i = 0; i < COMMANDS; i++) {
                int number = chance.nextInt(6);
                String client = number % 3 == 0 ? DEAF : LISTENING;
                TestContest contest = TestContest.of("scripts", "owner-" + number, Bench.LONG_LEASE);
                QuorumAttempt attempt = QuorumAttempt.of(contest, keys, 1);
                command(Objects.requireNonNull(masters.get(client)), client + ":" + contest.owner(), attempt);
                assertThat(server.redis().get(keys.lock())).isEqualTo(memory.owner());
                assertThat(server.redis().zcard(keys.queue()))
                        .isEqualTo(memory.waiting().size());
            }
            Awaitility.await()
                    .untilAsserted(() -> assertThat(List.copyOf(heard)).isEqualTo(told));
            assertThat(told).hasSizeGreaterThan(20);
        }

        private void command(Master master, String member, QuorumAttempt attempt) {
            switch (chance.nextInt(13)) {
                case 0, 1, 2, 3 -> acquire(master, member, attempt, 1 + chance.nextLong(memory.counter() + 10));
                case 4, 5 -> {
                    long token = 1 + chance.nextLong(memory.counter() + 10);
                    assertThat(get(master.record(attempt, token, System.nanoTime())))
                            .isEqualTo(memory.record(attempt.owner(), token));
                }
                case 6 -> {
                    RenewalOutcome outcome = get(master.renew(List.of(attempt)).get(0));
                    assertThat(outcome).isEqualTo(memory.renew(attempt.owner(), 30_000));
                }
                case 7, 8 -> {
                    boolean leaving = chance.nextBoolean();
                    boolean had = memory.release(attempt.owner(), leaving ? member : null, this::tell);
                    ReleaseKind kind = leaving ? ReleaseKind.FOR_GOOD_AND_LEAVING : ReleaseKind.FOR_GOOD;
                    assertThat(get(master.release(attempt, kind))).isEqualTo(Had.of(had));
                }
                case 9 -> {
                    boolean had = memory.release(attempt.owner(), null, null);
                    assertThat(get(master.release(attempt, ReleaseKind.FOR_NOW)))
                            .isEqualTo(Had.of(had));
                }
                case 10 -> {
                    memory.expire();
                    server.redis().del(keys.lock());
                }
                case 11 -> {
                    long rest = 28_000 + chance.nextLong(2_000);
                    boolean had = memory.releaseLater(attempt.owner(), rest, member);
                    assertThat(get(master.releaseLater(attempt, Duration.ofMillis(rest))))
                            .isEqualTo(Had.of(had));
                }
                default -> {
                    if (chance.nextInt(20) == 0) {
                        memory.forget();
                        server.redis().del(keys.lock(), keys.token(), keys.queue());
                    }
                }
            }
        }

        private boolean tell(String member) {
            int colon = member.indexOf(':');
            boolean listens = member.substring(0, colon).equals(LISTENING);
            if (listens) {
                told.add(member.substring(colon + 1));
            }
            return listens;
        }

        private void acquire(Master master, String member, QuorumAttempt attempt, long proposal) {
            boolean willWait = chance.nextBoolean();
            Vote expected = memory.acquire(attempt.owner(), 30_000, proposal, willWait ? member : null);
            Vote vote = get(master.acquire(attempt, proposal, willWait));
            assertThat(vote.nodeMicros()).isGreaterThan(lastMicros);
            lastMicros = vote.nodeMicros();
            if (expected instanceof Vote.Granted granted) {
                assertThat(vote).isEqualTo(new Vote.Granted(granted.token(), granted.previous(), vote.nodeMicros()));
            } else if (vote instanceof Vote.Held held && expected instanceof Vote.Held other) {
                assertThat(held.leftMillis()).isBetween(20_000L, 30_000L);
                assertThat(holders.computeIfAbsent(held.holder(), unseen -> other.holder()))
                        .isEqualTo(other.holder());
            } else {
                throw new AssertionError("expected " + expected + " but got " + vote);
            }
        }
    }

    @Test
    void withoutAProposal_theNodesClockIsTaken() {
        Master master = server.node("clockless");
        QuorumAttempt attempt =
                QuorumAttempt.of(TestContest.of("clock", "me", Bench.LONG_LEASE), Keys.of("pawl", "clock"), 1);
        Vote.Granted vote = (Vote.Granted) get(master.acquire(attempt, 0, false));
        assertThat(vote).isEqualTo(new Vote.Granted(vote.nodeMicros(), 0, vote.nodeMicros()));
    }

    @Test
    void largeTokens_loseNoDigits() {
        Master master = server.node("digits");
        QuorumAttempt attempt =
                QuorumAttempt.of(TestContest.of("digits", "me", Bench.LONG_LEASE), Keys.of("pawl", "digits"), 1);
        long token = 8_999_999_999_999_991L;
        assertThat(((Vote.Granted) get(master.acquire(attempt, token, false))).token())
                .isEqualTo(token);
        assertThat(get(master.record(attempt, token + 2, System.nanoTime()))).isEqualTo(token);
        assertThat(server.redis().get(attempt.keys().token())).isEqualTo(Long.toString(token + 2));
        Vote.Granted again = (Vote.Granted) get(master.acquire(attempt, 1, false));
        assertThat(again.token()).isEqualTo(token + 2);
        assertThat(again.previous()).isEqualTo(token + 1);
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }
}
