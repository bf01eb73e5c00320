package dev.pawl.lock.redlock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.redis.internal.Link;
import dev.pawl.lock.redis.internal.RedisOptions;
import dev.pawl.lock.spi.BackendFault;
import dev.pawl.lock.spi.StartUp;
import io.lettuce.core.RedisConnectionException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a start makes of masters that cannot be asked, do not answer, or have no library to be asked with. */
@Timeout(180)
class RedlockStartTest {

    private static final Duration IO_LIMIT = Duration.ofMillis(200);

    private final CountDownLatch classesAreLoaded = new CountDownLatch(1);

    @AfterEach
    void loadClasses() {
        classesAreLoaded.countDown();
    }

    private static RedlockBackend backend(StartUp start, Supplier<Link> connector) {
        return new RedlockBackend(
                Collections.nCopies(3, connector),
                List.of("a", "b", "c"),
                RedisOptions.DEFAULTS.withIoTimeout(IO_LIMIT),
                start,
                () -> {});
    }

    /** As a connector that is still loading classes. */
    private Link loading() {
        try {
            classesAreLoaded.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new RedisConnectionException("Unable to connect", new ConnectException("Connection refused"));
    }

    @Test
    void timeThatClassesTakeToLoad_isNotCountedAsTheMasters() {
        StartUp start = new StartUp(RedlockBackend.class, Duration.ZERO);
        long begunNanos = System.nanoTime();
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        new Thread(() -> failure.complete(catchThrowable(() -> backend(start, this::loading)))).start();

        await().until(() ->
                System.nanoTime() - begunNanos > IO_LIMIT.multipliedBy(5).toNanos());
        assertThat(failure).isNotDone();

        classesAreLoaded.countDown();
        assertThat(failure.join())
                .isInstanceOf(BackendFault.class)
                .hasMessageContaining("a cannot be reached: Connection refused")
                .hasMessageNotContaining("no answer");
    }

    @Test
    void mastersThatAreSilent_areSaidToBe_whenTheyCouldHaveBeenAsked() {
        assertThatThrownBy(() -> backend(StartUp.withClient(RedlockBackend.class, Duration.ZERO), this::loading))
                .isInstanceOf(BackendFault.class)
                .hasMessageContaining("a no answer in ");
    }

    @Test
    void longerConnectTimeout_isWaitedForWithAllMastersAtOnce() {
        long startNanos = System.nanoTime();
        Duration limit = Duration.ofSeconds(1);
        StartUp start = StartUp.withClient(RedlockBackend.class, limit);

        assertThat(catchThrowable(() -> start.connect(() -> backend(start, this::loading))))
                .isInstanceOf(LockBackendException.class);

        assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isGreaterThanOrEqualTo(limit);
    }

    @Test
    void lettuceThatDoesNotFit_isAnErrorOfTheClassPath_andNotOfTheMasters() {
        StartUp start = StartUp.withClient(RedlockBackend.class, Duration.ZERO);

        assertThatThrownBy(() -> start.connect(() -> backend(start, () -> {
                    throw new NoSuchMethodError("newest()");
                })))
                .isInstanceOf(LockConfigException.class)
                .hasMessageContaining("NoSuchMethodError: newest()")
                .hasMessageContaining("io.lettuce:lettuce-core is there as ");
    }
}
