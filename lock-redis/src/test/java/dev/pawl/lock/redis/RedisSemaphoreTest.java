package dev.pawl.lock.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.testkit.Player;
import dev.pawl.lock.testkit.TestContest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the script of semaphores leaves in its keys. Two backends stand for two processes. */
class RedisSemaphoreTest {

    private static final String NAME = "jobs: of {Zoë}";
    private static final String ENDS = "{pawl:jobs: of %7BZoë%7D}:s";
    private static final String QUEUE = ENDS + ":q";
    private static final String TOKEN = ENDS + ":t";
    private static final Duration LEASE = Duration.ofSeconds(30);

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

    private static Player player(RedisBackend backend, Duration lease, int permits, int limit) {
        return new Player(backend, TestContest.forPermits(NAME, lease, permits, limit));
    }

    private Player player(int permits, int limit) {
        return player(here, LEASE, permits, limit);
    }

    /** What the keys say of how many are out. */
    private static int counted() {
        Double count = server.redis().zscore(ENDS, "#");
        return count == null ? 0 : -count.intValue();
    }

    /** What the holds and reservations there add up to. */
    private static int addedUp() {
        return server.redis().zrange(ENDS, 0, -1).stream()
                .filter(member -> member.startsWith("h") || member.startsWith("r"))
                .mapToInt(member -> Integer.parseInt(member.substring(1, member.indexOf(':'))))
                .sum();
    }

    @Test
    void permits_areCounted_andLiveForTheirLease() {
        Player two = player(2, 3);
        Grant grant = two.wins();
        assertThat(counted()).isEqualTo(2);
        assertThat(server.redis().pttl(ENDS)).isBetween(20_000L, 30_001L);
        assertThat(server.redis().ttl(TOKEN)).isBetween(604_700L, 604_800L);
        assertThat(server.redis().get(TOKEN)).isEqualTo(Long.toString(grant.firstToken()));
        assertThat(two.releases(grant)).isEqualTo(ReleaseOutcome.RELEASED);
        assertThat(two.releases(grant)).isEqualTo(ReleaseOutcome.NOT_HELD);
        assertThat(server.redis().keys("*")).containsExactly(TOKEN);
    }

    @Test
    void whatNobodyAsksForAnyMore_goesByItself() {
        Player holder = player(here, Duration.ofMillis(300), 1, 1);
        holder.wins();
        player(1, 1).isBusy(true);
        assertThat(server.redis().keys("*")).containsExactlyInAnyOrder(ENDS, QUEUE, TOKEN);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> List.of(TOKEN).equals(server.redis().keys("*")));
    }

    @Test
    void aHoldThatIsOver_isGoneForItsOwner_thoughNobodyNoticed() {
        Player holder = player(here, Duration.ofMillis(50), 1, 3);
        Grant grant = holder.wins();
        Player other = player(1, 3);
        other.wins();
        await().until(() -> holder.renews(grant) == RenewalOutcome.NOT_HELD);
        assertThat(holder.renews(grant)).isEqualTo(RenewalOutcome.NOT_HELD);
        assertThat(holder.releases(grant)).isEqualTo(ReleaseOutcome.NOT_HELD);
        assertThat(counted()).isOne();
    }

    /** The renewal of a neighbour is the first that finds it over. */
    @Test
    void theEndOfALease_isNoticedByAnyRequest_andTheNextIsWoken() {
        Player dead = player(there, Duration.ofMillis(300), 2, 3);
        dead.wins();
        Player alive = player(1, 3);
        Grant grant = alive.wins();
        TestContest waiting = TestContest.forPermits(NAME, LEASE, 2, 3);
        Player waiter = new Player(here, waiting);
        waiter.isBusy(true);
        await().until(() -> {
            assertThat(alive.renews(grant)).isEqualTo(RenewalOutcome.RENEWED);
            return waiting.wakes() > 0;
        });
        // A busy machine may have let its turn pass.
        await().until(() -> waiter.attempt(true) instanceof Attempt.Granted);
        assertThat(counted()).isEqualTo(3);
    }

    @Test
    void aServerWithoutItsScripts_isGivenThemAgain() {
        Player holder = player(1, 1);
        Grant grant = holder.wins();
        server.redis().scriptFlush();
        assertThat(holder.renews(grant)).isEqualTo(RenewalOutcome.RENEWED);
        server.redis().scriptFlush();
        assertThat(holder.releases(grant)).isEqualTo(ReleaseOutcome.RELEASED);
    }

    /** A head that is not kept by anything. */
    @Test
    void aPlaceInTheQueueOfWhomNothingIsKnown_keepsNobodyOut() {
        Player holder = player(1, 3);
        holder.wins();
        player(there, LEASE, 3, 3).isBusy(true);
        String head = server.redis().zrange(QUEUE, 0, 0).get(0);
        assertThat(server.redis().zrem(ENDS, "w:" + head)).isOne();
        player(1, 3).wins();
        assertThat(server.redis().zcard(QUEUE)).isZero();
    }

    @Test
    void whatWasDeletedByHand_isDeletedAsAWhole() {
        Player holder = player(2, 3);
        Grant grant = holder.wins();
        server.redis().del(ENDS);
        Player all = player(3, 3);
        Grant next = all.wins();
        assertThat(holder.renews(grant)).isEqualTo(RenewalOutcome.NOT_HELD);
        assertThat(holder.releases(grant)).isEqualTo(ReleaseOutcome.NOT_HELD);
        assertThat(counted()).isEqualTo(3);
        assertThat(all.releases(next)).isEqualTo(ReleaseOutcome.RELEASED);
        assertThat(counted()).isZero();
    }

    @Test
    void permitsThatNoReplicaHas_areGivenBack() {
        try (RedisBackend backend =
                RedisBackend.builder(server.client()).replicas(1).build()) {
            Player player = player(backend, Duration.ofMillis(600), 2, 3);
            assertThatThrownBy(() -> player.attempt(false)).hasMessageContaining("0 of 1 replicas");
            player.leaves();
        }
        assertThat(server.redis().keys("*")).containsExactly(TOKEN);
    }

    /** Whatever is asked, in whatever order, by whoever lives or not. */
    @Test
    void afterAnyRequest_theCountIsTheSum_andEveryKeyHasALife() {
        for (int seed = 0; seed < 6; seed++) {
            server.redis().flushall();
            walk(new Random(seed));
        }
    }

    private void walk(Random random) {
        List<Player> players = new ArrayList<>();
        Map<Player, Grant> grants = new HashMap<>();
        long lastToken = 0;
        for (int step = 0; step < 250; step++) {
            if (players.size() < 8) {
                int limit = 3 + random.nextInt(3);
                Duration lease = random.nextInt(3) == 0 ? Duration.ofMillis(5) : LEASE;
                players.add(player(random.nextBoolean() ? here : there, lease, 1 + random.nextInt(limit), limit));
            }
            Player player = players.get(random.nextInt(players.size()));
            Grant grant = grants.get(player);
            switch (random.nextInt(6)) {
                case 0, 1, 2 -> {
                    if (player.attempt(random.nextInt(4) > 0) instanceof Attempt.Granted won) {
                        grants.put(player, won.grant());
                        assertThat(won.grant().firstToken()).isGreaterThan(lastToken);
                        lastToken = won.grant().firstToken();
                        assertThat(counted()).isLessThanOrEqualTo(5);
                    }
                }
                case 3 -> {
                    if (grant != null) {
                        player.renews(grant);
                    }
                }
                case 4 -> {
                    if (grant != null) {
                        player.releases(grant);
                        players.remove(player);
                    }
                }
                default -> {
                    player.leaves();
                    players.remove(player);
                }
            }
            assertSound("step " + step);
        }
        players.forEach(Player::leaves);
        grants.forEach(Player::releases);
        // Those that hold for a few ms only have been granted what nobody takes.
        await().until(() -> {
            Player last = player(5, 5);
            boolean free = last.attempt(false) instanceof Attempt.Granted;
            last.leaves();
            return free;
        });
        assertThat(server.redis().keys("*")).containsExactly(TOKEN);
    }

    private static void assertSound(String step) {
        assertThat(counted()).as(step).isEqualTo(addedUp());
        for (String key : server.redis().keys("*")) {
            assertThat(server.redis().pttl(key)).as(key).isNotEqualTo(-1);
        }
        for (String member : server.redis().zrange(QUEUE, 0, -1)) {
            assertThat(server.redis().zscore(ENDS, "w:" + member)).as(member).isNotNull();
        }
    }
}
