package dev.pawl.lock.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.testkit.Player;
import dev.pawl.lock.testkit.TestContest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Requests of several clients come and go by chance, and ask again only when they are woken. After each step those have permits who should
 * by a model that knows of no nodes: so no wake-up is missing, nobody is overtaken, and tokens are in the order of the grants.
 */
@Timeout(180)
class PermitOrderTest {

    private static final int STEPS = 250;

    private static TestServer server;
    private static List<LockBackend> backends;

    @BeforeAll
    static void start() {
        server = TestServer.start();
        backends = Stream.generate(() -> ZooKeeperBackendTest.connect(server.url()))
                .limit(3)
                .toList();
    }

    @AfterAll
    static void stop() {
        backends.forEach(LockBackend::close);
        server.close();
    }

    private static final class Request {
        final Player player;
        final int permits;
        final int limit;
        int heard;

        @Nullable
        Grant grant;

        Request(Player player, int permits, int limit) {
            this.player = player;
            this.permits = permits;
            this.limit = limit;
        }

        boolean isToLook() {
            return grant == null && player.wakes() > heard;
        }
    }

    /** In the order in which they came. */
    private final List<Request> requests = new ArrayList<>();

    /** Of the grants before this step. */
    private long largestToken;

    /** The tokens of the grants in this step. */
    private final List<Long> granted = new ArrayList<>();

    @ParameterizedTest
    @CsvSource({"1, 4", "2, 4", "3, 4", "4, 12"})
    void requestsThatComeAndGo_haveWhatTheyShould(long seed, int limit) {
        Random random = new Random(seed);
        for (int step = 0; step < STEPS; step++) {
            if (requests.size() < 3 * limit && random.nextInt(5) < 3) {
                come(random, "order-" + seed, limit);
            } else if (!requests.isEmpty()) {
                go(requests.remove(random.nextInt(requests.size())));
            }
            if (random.nextInt(20) == 0) {
                server.reapContainers();
            }
            // It looks by itself, as it does each retry ceiling.
            requests.stream()
                    .filter(request -> request.grant == null && random.nextInt(10) == 0)
                    .forEach(this::attempt);
            lookUntilAllIsQuiet(random);
            assertAsTheyShould("seed " + seed + ", step " + step);
        }
        requests.forEach(PermitOrderTest::go);
        assertThat(server.children("/pawl/order-" + seed + "@permits")).isEmpty();
    }

    private void come(Random random, String name, int usual) {
        // Mostly of one limit, and now and then a writer.
        int limit = random.nextInt(4) > 0 ? usual : 1 + random.nextInt(usual + 1);
        int permits = random.nextInt(6) == 0 ? limit : 1 + random.nextInt(Math.min(2, limit));
        TestContest contest = TestContest.forPermits(name, Duration.ofSeconds(30), permits, limit);
        Request request =
                new Request(new Player(backends.get(random.nextInt(backends.size())), contest), permits, limit);
        requests.add(request);
        attempt(request);
    }

    private void attempt(Request request) {
        request.heard = request.player.wakes();
        if (request.player.attempt(true) instanceof Attempt.Granted answer) {
            request.grant = answer.grant();
            granted.add(answer.grant().firstToken());
        }
    }

    private static void go(Request request) {
        Grant grant = request.grant;
        if (grant == null) {
            request.player.leaves();
        } else {
            request.player.releases(grant);
        }
    }

    private void lookUntilAllIsQuiet(Random random) {
        List<Request> toLook;
        do {
            // Answers and events of a session come in order: what was told before has been heard then.
            backends.forEach(backend -> Player.get(backend.ping(Runnable::run)));
            toLook = new ArrayList<>(requests.stream().filter(Request::isToLook).toList());
            // Whoever hears first.
            Collections.shuffle(toLook, random);
            toLook.forEach(this::attempt);
        } while (!toLook.isEmpty());
    }

    private void assertAsTheyShould(String when) {
        long out = 0;
        boolean haveAll = true;
        for (Request request : requests) {
            out += request.permits;
            haveAll &= out <= request.limit;
            assertThat(request.grant != null).as(when).isEqualTo(haveAll);
        }
        // Several may be granted in one step, and may hear of it in any order.
        assertThat(granted).as(when).allMatch(token -> token > largestToken);
        largestToken = granted.stream().mapToLong(token -> token).max().orElse(largestToken);
        granted.clear();
    }
}
