package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testkit.ChildJvm;
import dev.pawl.lock.testkit.Claim;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testkit.WrongClock;
import dev.pawl.lock.testservers.PostgresServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A process whose clock is a minute wrong: only the database's counts, and the monotonic one. The wrong clock is that of Debian's
 * {@code libfaketime}; without it this is skipped.
 */
@Timeout(120)
@Full
final class WrongClockTest {

    private static final int ROUNDS = 20;
    private static final int THREADS = 3;

    private final PostgresServer server = PostgresServer.shared();
    private final Bench bench = new Bench(new PostgresFixture(), "clock");

    @BeforeEach
    void heal() {
        server.heal();
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {60, -60})
    void processWhoseClockIsAMinuteWrong_overlapsWithNobody(int wrong) {
        Optional<Path> library = WrongClock.library();
        assumeTrue(library.isPresent(), "libfaketime is not installed (Debian: faketime)");
        Map<String, String> environment = WrongClock.by(library.orElseThrow(), Duration.ofSeconds(wrong));
        String name = bench.name();
        String[] command = {"contend", name, "2000", Integer.toString(ROUNDS)};
        ChildJvm right = bench.child(command);
        ChildJvm off = bench.child(environment, command);
        right.awaitLine("done");
        off.awaitLine("done");
        long difference = startedAt(off) - startedAt(right);
        assertThat(Math.abs(difference)).as("ms between the two clocks").isBetween(40_000L, 80_000L);
        List<Claim> claims =
                Stream.of(right, off).flatMap(child -> Claim.of(child).stream()).toList();
        assertThat(claims).hasSize(2 * THREADS * ROUNDS);
        Claim.assertOneAtATime(claims);
        Claim.assertTokensOnlyGoUp(claims);
        bench.assertNothingLeft(name);
    }

    /** What the process itself took for the time: proof that its clock is wrong. */
    private static long startedAt(ChildJvm child) {
        return Long.parseLong(child.awaitLine("clock").get(0));
    }
}
