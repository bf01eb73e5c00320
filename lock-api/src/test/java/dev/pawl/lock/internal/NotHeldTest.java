package dev.pawl.lock.internal;

import static dev.pawl.lock.internal.Soon.SOON;
import static dev.pawl.lock.internal.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockListener;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LossReason;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a release learns from the service: that it was not the holder any more. */
class NotHeldTest {

    private final DelegatingBackend backend = new DelegatingBackend();
    private final Engine engine = new Engine(backend, LockOptions.defaults(), Environment.live(backend.ticker()));
    private final List<String> told = new CopyOnWriteArrayList<>();

    NotHeldTest() {
        engine.addListener(new LockListener() {
            @Override
            public void onReleased(FencingToken token, Duration held) {
                told.add("released");
            }

            @Override
            public void onLost(LeaseLostEvent event) {
                told.add("lost " + event.reason());
            }
        });
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void closeOfWhatTheServiceDroppedUnnoticed_tellsTheLoss_andNoRelease() throws Exception {
        Lease lease = engine.lock("a").acquire();
        backend.service.expire("a");

        assertThatThrownBy(lease::close)
                .isInstanceOfSatisfying(
                        LeaseLostException.class,
                        lost -> assertThat(lost.reason()).isEqualTo(LossReason.EXPIRED));
        lease.close();
        await().until(() -> told.equals(List.of("lost EXPIRED")));
    }

    @Test
    void asynchronousReleaseOfWhatTheServiceDroppedUnnoticed_failsWithTheLoss() throws Exception {
        Lease lease = engine.lock("a").acquire();
        backend.service.expire("a");

        assertThat(lease.releaseAsync())
                .failsWithin(SOON)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(LeaseLostException.class);
        await().until(() -> told.equals(List.of("lost EXPIRED")));
    }

    /** The release took effect, its answer was lost, and what is sent again finds nothing: its own doing. */
    @Test
    void releaseWhoseAnswerWasLost_isNoLoss() throws Exception {
        Lease closed = engine.lock("a").acquire();
        Lease released = engine.lock("b").acquire();
        backend.service.loseReplies(() -> new IllegalStateException("connection reset"));
        closed.close();
        assertThat(released.releaseAsync())
                .failsWithin(SOON)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(LockBackendException.class);
        backend.service.heal();

        await().during(Duration.ofMillis(300)).until(() -> told.equals(List.of("released", "released")));
    }

    /** The body had ended when the lease ran out, on the way of its release. */
    @Test
    void holdThatRunsOutWhileItsReleaseIsOnTheWay_isNoLoss() throws Exception {
        Lease lease = engine.lock("a").acquire();
        backend.service.pause();
        CompletableFuture<Void> release = lease.releaseAsync();
        backend.service.advance(Duration.ofHours(1));
        backend.service.resume();

        assertThat(release).succeedsWithin(SOON);
        await().until(() -> told.equals(List.of("released")));
    }
}
