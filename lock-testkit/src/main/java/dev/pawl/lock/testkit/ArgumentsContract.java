package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.spi.LockBackend;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The row "bad arguments": refused by parameter, value and range, before any I/O: with the service dead, at once. */
@SuppressWarnings({"NullAway", "DataFlowIssue"}) // Passing null is what these cases do.
public interface ArgumentsContract extends ContractCase {

    @Test
    @Proves(Part.ENGINE)
    default void aMissingArgument_isNamed() {
        Lease lease = Bench.hold(bench().client(), bench().name());
        LockClient client = bench().client();
        DistributedLock lock = client.lock(bench().name());
        LockBackend backend = bench().fixture().newBackend();
        bench().killService();
        assertThat(Bench.timed(() -> {
                    assertMissing("name", () -> client.lock(null));
                    assertMissing("name", () -> client.lock(null, Bench.options()));
                    assertMissing("options", () -> client.lock("a", null));
                    assertMissing("names", () -> client.lockAll(null));
                    assertMissing("name", () -> client.lockAll(Arrays.asList("a", null)));
                    assertMissing("listener", () -> client.addListener(null));
                    assertMissing("timeout", () -> lock.acquire(null));
                    assertMissing("timeout", () -> lock.tryAcquire(null));
                    assertMissing("timeout", () -> lock.acquireAsync(null));
                    assertMissing("timeout", () -> client.lockAll(List.of("a")).acquire(null));
                    assertMissing("unit", () -> lock.asLock().tryLock(1, null));
                    assertMissing("action", () -> lease.onLost(null));
                    assertMissing("backend", () -> LockClient.using(null));
                    assertMissing("defaults", () -> LockClient.using(backend, null));
                }))
                .isLessThan(Bench.ROOM);
        backend.close();
    }

    private static void assertMissing(String parameter, ThrowingCallable call) {
        assertThatThrownBy(call)
                .as("null for %s", parameter)
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining(parameter);
    }

    @Test
    @Proves(Part.ENGINE)
    default void aBadName_isRefusedWithItsRange() {
        LockClient client = bench().client();
        bench().killService();
        assertThat(Bench.timed(() -> {
                    for (String blank : List.of("", " ", "\t\n", "\u2003")) {
                        assertRefused("name", () -> client.lock(blank)).hasMessageContaining("blank");
                    }
                    for (String tooLong : List.of("x".repeat(1_025), "\uD83D\uDD12".repeat(513))) {
                        assertRefused("name", () -> client.lock(tooLong))
                                .hasMessageMatching("(?s).*1,?024.*")
                                .hasMessageMatching("(?s).*1,?02[56].*");
                    }
                    for (String broken : List.of("\uD83D", "\uDD12a", "a\uD83Db", "\uDD12\uD83D")) {
                        assertRefused("name", () -> client.lock(broken)).hasMessageContaining("surrogate");
                    }
                    assertRefused("name", () -> client.lockAll(List.of("a", " ")));
                    assertRefused("names", () -> client.lockAll(List.of()));
                }))
                .isLessThan(Bench.ROOM);
    }

    @Test
    @Proves(Part.ENGINE)
    default void badOptions_areRefusedWithTheirRange() {
        LockOptions.Builder builder = LockOptions.builder();
        assertRefused("leaseTime", () -> builder.leaseTime(Duration.ofMillis(1)))
                .hasMessageContainingAll("PT0.001S", "PT0.002S");
        assertRefused("leaseTime", () -> builder.leaseTime(Duration.ofMillis(-1)));
        assertRefused("safetyMargin", () -> builder.safetyMargin(Duration.ofNanos(-1)));
        assertRefused("retryCeiling", () -> builder.retryCeiling(Duration.ZERO));
        assertRefused("maxGrants", () -> builder.handOff(-1, Duration.ZERO)).hasMessageContaining("-1");
        assertRefused("maxTime", () -> builder.handOff(1, Duration.ofDays(1)));
        assertRefused(
                "safetyMargin",
                () -> LockOptions.builder()
                        .leaseTime(Duration.ofMillis(100))
                        .safetyMargin(Duration.ofMillis(51))
                        .build());
    }

    private static org.assertj.core.api.AbstractThrowableAssert<?, ?> assertRefused(
            String parameter, ThrowingCallable call) {
        return assertThatThrownBy(call)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(parameter);
    }

    @Test
    @Proves(Part.ENGINE)
    default void aNegativeTimeOfTheLockView_isNoWait() throws InterruptedException {
        assertThat(bench().client().lock(bench().name()).asLock().tryLock(-1, TimeUnit.DAYS))
                .isTrue();
    }
}
