package dev.pawl.lock.tests.redlock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.tests.servers.IndependentRedis;
import dev.pawl.lock.tests.servers.RedisServers;
import dev.pawl.lock.tests.servers.SingleRedis;
import dev.pawl.lock.tests.servers.TcpProxy;
import dev.pawl.lock.tests.servers.TcpProxy.Direction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * How long five masters take beside one, over a network of 20 ms there and back: on a loopback the work of five would be compared
 * with the work of one.
 */
@Timeout(90)
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

    @Test
    void fiveMasters_takeLittleLongerThanOne_andAHungOneOfThemNoLonger() {
        String one = through(single.url(), List.of(port(single.url())));
        String five = through(servers.url(), servers.ports());
        try (LockClient ofOne = LockClient.connect(one);
                LockClient ofFive = LockClient.connect(five)) {
            pairs(ofOne, 5);
            pairs(ofFive, 5);
            Duration floor = median(pairs(ofOne, ROUNDS));
            Duration healthy = median(pairs(ofFive, ROUNDS));
            servers.pause(0);
            List<Duration> withOneHung = pairs(ofFive, ROUNDS);
            System.out.printf(
                    "one %d us; five %d us; one of five hung %d us, the longest %d us%n",
                    micros(floor), micros(healthy), micros(median(withOneHung)), micros(Collections.max(withOneHung)));
            assertThat(healthy).isLessThan(times(floor, 1.5));
            assertThat(median(withOneHung)).isLessThan(times(floor, 1.6));
            assertThat(Collections.max(withOneHung)).isLessThan(Duration.ofSeconds(1));
        }
    }

    /** How long an acquire and its release take, each time. */
    private static List<Duration> pairs(LockClient client, int count) {
        List<Duration> durations = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long start = System.nanoTime();
            try (Lease lease = client.lock("latency").tryAcquire().orElseThrow()) {
                assertThat(lease.isValid()).isTrue();
            }
            durations.add(Duration.ofNanos(System.nanoTime() - start));
        }
        return durations;
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
