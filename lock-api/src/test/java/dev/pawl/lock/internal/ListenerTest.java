package dev.pawl.lock.internal;

import static dev.pawl.lock.internal.Soon.SOON;
import static dev.pawl.lock.internal.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.LockListener;
import dev.pawl.lock.LockOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A listener is the user's code: whatever it does, it breaks nothing. */
class ListenerTest {

    private final DelegatingBackend backend = new DelegatingBackend();
    private final Engine engine = new Engine(backend, LockOptions.defaults(), Environment.live(backend.ticker()));
    private final DistributedLock lock = engine.lock("a");

    @AfterEach
    void close() {
        engine.close();
    }

    // Listeners that throw

    /** Throws an error wherever it is called, and notes where that was. */
    private static final class Faulty implements LockListener {
        private final Set<String> called = new ConcurrentSkipListSet<>();

        private NoSuchMethodError error(String where) {
            called.add(where);
            return new NoSuchMethodError("metrics");
        }

        @Override
        public void onAttempt(String name) {
            throw error("attempt");
        }

        @Override
        public void onAcquired(FencingToken token, Duration waited) {
            throw error("acquired");
        }

        @Override
        public void onReleased(FencingToken token, Duration held) {
            throw error("released");
        }

        @Override
        public void onLost(LeaseLostEvent event) {
            throw error("lost");
        }

        @Override
        public void onRenewalFailed(FencingToken token, Duration remaining, Throwable cause) {
            throw error("renewalFailed");
        }

        @Override
        public void onUndoFailed(String name, Throwable cause) {
            throw error("undoFailed");
        }

        @Override
        public void onHandOff(FencingToken released, FencingToken acquired) {
            throw error("handOff");
        }
    }

    @Test
    void listenerThatThrowsErrors_leavesNothingHeld() throws Exception {
        Faulty faulty = new Faulty();
        engine.addListener(faulty);

        Lease first = lock.acquire();
        CompletableFuture<Lease> second = lock.acquireAsync();
        assertThat(closing(first)).succeedsWithin(SOON);
        assertThat(second).succeedsWithin(SOON);
        assertThat(closing(second.join())).succeedsWithin(SOON);
        assertThat(faulty.called).contains("attempt", "acquired", "released");
        assertThat(backend.service.isHeld("a")).isFalse();
        assertThat(engine.names()).isZero();
    }

    @Test
    void listenerThatThrowsErrors_stopsNoHandOff() throws Exception {
        Faulty faulty = new Faulty();
        engine.addListener(faulty);

        backend.service.takeOver("a");
        CompletableFuture<Lease> first = lock.acquireAsync();
        CompletableFuture<Lease> second = lock.acquireAsync();
        await().until(() -> backend.service.waiting("a") == 1);
        backend.service.expire("a");
        assertThat(first).succeedsWithin(SOON);
        assertThat(closing(first.join())).succeedsWithin(SOON);
        assertThat(second).succeedsWithin(SOON);
        second.join().close();
        assertThat(faulty.called).contains("handOff");
    }

    @Test
    void listenerThatThrowsErrors_stopsNeitherRenewalNorTheTellingOfALoss() throws Exception {
        Faulty faulty = new Faulty();
        engine.addListener(faulty);
        LockOptions brief =
                LockOptions.builder().leaseTime(Duration.ofMillis(1_500)).build();

        Lease renewed = engine.lock("renewed", brief).acquire();
        backend.service.fail(new IllegalStateException("down"));
        await().until(() -> faulty.called.contains("renewalFailed"));
        backend.service.heal();
        AtomicReference<@Nullable LeaseLostEvent> told = new AtomicReference<>();
        Lease lost = lock.acquire();
        lost.onLost(told::set);
        backend.service.lose(lost);
        await().until(() -> told.get() != null);
        assertThat(renewed.isValid()).isTrue();

        backend.service.fail(new IllegalStateException("down"));
        assertThat(closing(renewed)).succeedsWithin(SOON);
        backend.service.heal();
        await().until(() -> faulty.called.containsAll(List.of("lost", "undoFailed")));
        await().until(() -> !backend.service.isHeld("renewed"));
    }

    private static CompletableFuture<Boolean> closing(Lease lease) {
        return InThread.call(() -> {
            lease.close();
            return true;
        });
    }

    // Listeners that wait

    /** A way to wait for a lock. */
    private record Wait(String name, Function<Engine, Callable<?>> how) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Wait> waits() {
        return Stream.of(
                new Wait("acquire", client -> client.lock("a")::acquire),
                new Wait("acquire(timeout)", client -> () -> client.lock("a").acquire(Duration.ofSeconds(30))),
                new Wait("tryAcquire(timeout)", client -> () -> client.lock("a").tryAcquire(Duration.ofSeconds(30))),
                new Wait("asLock().lock", client -> () -> {
                    client.lock("a").asLock().lock();
                    return true;
                }),
                new Wait("lockAll", client -> () -> client.lockAll(List.of("a")).acquire()));
    }

    @ParameterizedTest
    @MethodSource("waits")
    void waitingForALockInItsOwnListener_isRefused_insteadOfLastingForEver(Wait wait) throws Exception {
        List<Throwable> seen = new ArrayList<>();
        engine.addListener(new LockListener() {
            @Override
            public void onReleased(FencingToken token, Duration held) {
                try {
                    wait.how().apply(engine).call();
                } catch (Exception e) {
                    seen.add(e);
                }
            }
        });

        assertThat(closing(lock.acquire())).succeedsWithin(SOON);
        assertThat(seen).singleElement().isInstanceOf(IllegalStateException.class);
        assertThat(seen.get(0)).hasMessageContaining("'a'").hasMessageContaining("listener");
        assertThat(backend.service.isHeld("a")).isFalse();
        assertThat(engine.names()).isZero();
    }

    @Test
    void listener_mayAskForItsLockWithoutWaiting_andWaitForAnother() throws Exception {
        AtomicReference<@Nullable CompletableFuture<Lease>> later = new AtomicReference<>();
        AtomicReference<@Nullable Lease> other = new AtomicReference<>();
        engine.addListener(new LockListener() {
            @Override
            public void onReleased(FencingToken token, Duration held) {
                if (token.lock().equals("a") && later.get() == null) {
                    later.set(lock.acquireAsync());
                    assertThat(lock.tryAcquire()).isEmpty();
                    other.set(engine.lock("b").tryAcquire().orElse(null));
                }
            }
        });

        assertThat(closing(lock.acquire())).succeedsWithin(SOON);
        assertThat(other.get()).isNotNull();
        assertThat(later.get()).isNotNull().succeedsWithin(SOON);
    }

    // Listeners that close the client

    /** Closes the client at the first event of one kind. */
    private final class Closer implements LockListener {
        private final String when;
        private final CompletableFuture<Duration> closed = new CompletableFuture<>();

        private Closer(String when) {
            this.when = when;
        }

        private void at(String where) {
            if (where.equals(when) && !engine.isClosed()) {
                long start = System.nanoTime();
                engine.close();
                closed.complete(Duration.ofNanos(System.nanoTime() - start));
            }
        }

        @Override
        public void onAttempt(String name) {
            at("attempt");
        }

        @Override
        public void onAcquired(FencingToken token, Duration waited) {
            at("acquired");
        }

        @Override
        public void onReleased(FencingToken token, Duration held) {
            at("released");
        }

        @Override
        public void onLost(LeaseLostEvent event) {
            at("lost");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"attempt", "acquired", "released", "lost"})
    void closeOfTheClientInAListener_doesNotWaitForItself_andLeavesNothing(String when) {
        Closer closer = new Closer(when);
        engine.addListener(closer);
        CompletableFuture<Boolean> user = InThread.call(() -> {
            Lease lease = lock.acquire();
            if (when.equals("lost")) {
                backend.service.lose(lease);
            } else {
                lease.close();
            }
            return true;
        });

        assertThat(closer.closed).succeedsWithin(SOON);
        assertThat(closer.closed.join()).isLessThan(SOON);
        assertThat(user.handle((done, failure) -> true)).succeedsWithin(SOON);
        assertThat(backend.service.names()).isZero();
    }

    @Test
    void closeOfTheClientOnEveryThreadOfIts_isBounded() {
        List<Function<Engine, Executor>> threads = List.of(
                client -> client.environment().callbacks(),
                client -> client.environment().alarms(),
                client -> client.environment().io(),
                client -> task -> client.environment().scheduler().schedule(0, task));
        for (Function<Engine, Executor> thread : threads) {
            DelegatingBackend own = new DelegatingBackend();
            Engine client = new Engine(own, LockOptions.defaults(), Environment.live(own.ticker()));
            assertThat(client.lock("a").tryAcquire()).isPresent();
            CompletableFuture<Boolean> closed = new CompletableFuture<>();
            thread.apply(client).execute(() -> {
                client.close();
                closed.complete(true);
            });
            assertThat(closed).succeedsWithin(SOON);
            assertThat(own.service.names()).isZero();
        }
    }
}
