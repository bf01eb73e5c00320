package dev.pawl.lock.redlock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.testservers.IndependentRedis;
import dev.pawl.lock.testservers.RedisServers;
import dev.pawl.lock.testservers.SingleRedis;
import dev.pawl.lock.testservers.TcpProxy;
import dev.pawl.lock.testservers.TcpProxy.Direction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * How long five masters take beside one, over a network of 20 ms there and back: on a loopback the work of five would be compared
 * with the work of one.
 */
@Timeout(180)
class RedlockLatencyTest {

    private static final Duration ONE_WAY = Duration.ofMillis(10);
    private static final int ROUNDS = 25;

    private final IndependentRedis servers = RedisServers.independent(5);
    private final SingleRedis single = RedisServers.single();
    private final List<TcpProxy> proxies = new ArrayList<>();

    @BeforeEach
    void heal() {
        servers.heal();
        single.heal();
    }

    @AfterEach
    void close() {
        proxies.forEach(TcpProxy::close);
        servers.heal();
    }

    /** One more network for each port. */
    private String through(String url, List<Integer> ports) {
        String distant = url;
        for (int port : ports) {
            TcpProxy proxy = TcpProxy.to(port);
            proxy.delay(Direction.TO_SERVER, ONE_WAY);
            proxy.delay(Direction.TO_CLIENT, ONE_WAY);
            proxies.add(proxy);
            distant = proxy.through(distant);
        }
        return distant;
    }

    private static int port(String url) {
        return Integer.parseInt(url.substring(url.lastIndexOf(':') + 1));
    }

    /**
     * How long each of several acquires and releases took.
     *
     * @param acquires until the lease was there
     * @param pairs until it was released, too
     */
    private record Times(List<Duration> acquires, List<Duration> pairs) {}

    @Test
    void fiveMasters_takeLittleLongerThanOne_andAHungOneOfThemNoLonger() {
        String one = through(single.url(), List.of(port(single.url())));
        String five = through(servers.url(), servers.ports());
        try (LockClient ofOne = LockClient.connect(one);
                LockClient ofFive = LockClient.connect(five)) {
            measured(ofOne, 5);
            measured(ofFive, 5);
            Times floor = measured(ofOne, ROUNDS);
            Times healthy = measured(ofFive, ROUNDS);
            servers.pause(0);
            Times withOneHung = measured(ofFive, ROUNDS);
            System.out.println(
                    "| 20 ms away, microseconds | acquire | the longest | acquire and release | the longest |");
            print("one master", floor);
            print("five masters", healthy);
            print("five masters, one of them hung", withOneHung);
            assertThat(median(healthy.acquires)).isLessThan(times(median(floor.acquires), 1.5));
            assertThat(median(healthy.pairs)).isLessThan(times(median(floor.pairs), 1.5));
            assertThat(median(withOneHung.acquires)).isLessThan(times(median(floor.acquires), 1.6));
            assertThat(median(withOneHung.pairs)).isLessThan(times(median(floor.pairs), 1.6));
            assertThat(Collections.max(withOneHung.pairs))
                    .as("nobody waits for the time limit of 3 s")
                    .isLessThan(Duration.ofMillis(2_500));
        }
    }

    private static void print(String what, Times times) {
        System.out.printf(
                "| %s | %d | %d | %d | %d |%n",
                what,
                micros(median(times.acquires)),
                micros(Collections.max(times.acquires)),
                micros(median(times.pairs)),
                micros(Collections.max(times.pairs)));
    }

    @Test
    void acquire_isOneRoundTripWhereTheCountersAgree_andTwoWhereTheyDoNot() {
        try (LockClient client = LockClient.connect(through(servers.url(), servers.ports()))) {
            measured(client, 2);
            // An answer that a busy machine keeps back may leave its counter behind, and cost the next pair a round
            // trip.
            assertThat(Stream.generate(() -> roundTripsOfAPair(client)).limit(5))
                    .as("acquire, release")
                    .contains(List.of(2L, 2L, 2L, 2L, 2L));
            // A year ahead, each by another day: whoever answers first, no two of them agree.
            long ahead =
                    TimeUnit.DAYS.toMicros(365) + Long.parseLong(servers.on(0, redis -> redis.get("{pawl:latency}:t")));
            setApart(ahead);
            // The first time, the masters do not know the script.
            assertThat(atMostMasters(roundTripsOfAPair(client))).isBetween(3L, 4L);
            assertThat(LongStream.rangeClosed(2, 4).map(years -> {
                        setApart(years * ahead);
                        return atMostMasters(roundTripsOfAPair(client));
                    }))
                    .as("acquire, record, release")
                    .contains(3L);
            // The two that were not waited for may still be behind, or ahead; a majority agrees. No second round trip
            // fits into the fastest.
            assertThat(Collections.min(measured(client, 5).acquires)).isLessThan(times(ONE_WAY.multipliedBy(2), 1.9));
        }
    }

    private void setApart(long ahead) {
        for (int i = 0; i < 5; i++) {
            String counter = Long.toString(ahead + i * TimeUnit.DAYS.toMicros(1));
            servers.on(i, redis -> redis.set("{pawl:latency}:t", counter));
        }
    }

    /** At each master, as its proxy counts them. */
    private List<Long> roundTripsOfAPair(LockClient client) {
        List<Long> before = proxies.stream().map(TcpProxy::roundTrips).toList();
        Supplier<List<Long>> since = () -> IntStream.range(0, proxies.size())
                .mapToObj(i -> proxies.get(i).roundTrips() - before.get(i))
                .toList();
        try (Lease lease = client.lock("latency").tryAcquire().orElseThrow()) {
            // A release that overtakes the answer of a slower one is no round trip of its own there.
            awaitQuiet(since, 1);
            assertThat(lease.isValid()).isTrue();
        }
        awaitQuiet(since, 2);
        return since.get();
    }

    /** One that has answered after the decision may be asked once less, or once more; nobody waits for it. */
    private static long atMostMasters(List<Long> counts) {
        return counts.stream().sorted().toList().get(counts.size() / 2);
    }

    private static void awaitQuiet(Supplier<List<Long>> roundTrips, long least) {
        Awaitility.await("the slower ones have answered")
                .during(ONE_WAY.multipliedBy(5))
                .until(() -> roundTrips.get().stream().allMatch(count -> count >= least));
    }

    private static Times measured(LockClient client, int count) {
        Times times = new Times(new ArrayList<>(), new ArrayList<>());
        for (int i = 0; i < count; i++) {
            long start = System.nanoTime();
            try (Lease lease = client.lock("latency").tryAcquire().orElseThrow()) {
                times.acquires.add(Duration.ofNanos(System.nanoTime() - start));
                assertThat(lease.isValid()).isTrue();
            }
            times.pairs.add(Duration.ofNanos(System.nanoTime() - start));
        }
        return times;
    }

    private static Duration median(List<Duration> durations) {
        return durations.stream().sorted().toList().get(durations.size() / 2);
    }

    private static Duration times(Duration duration, double factor) {
        return Duration.ofNanos((long) (duration.toNanos() * factor));
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1_000;
    }
}
