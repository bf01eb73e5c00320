package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Guarantees;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockClientClosedException;
import dev.pawl.lock.LockListener;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.MultiLease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;

/** What a client tells: listeners, JFR events, guarantees. */
public interface ObservabilityContract extends ContractCase {

    @Test
    @Proves(Part.ENGINE)
    default void aListener_isToldTheLifeOfALease() {
        String name = bench().name();
        Listeners.Recorder events = new Listeners.Recorder(name);
        bench().client().addListener(events);
        Lease lease = Bench.hold(bench().client(), name);
        lease.close();
        long token = lease.token().value();
        assertThat(events.lines()).containsExactly("attempt", "acquired " + token, "released " + token);
    }

    @Test
    @Proves(Part.ENGINE)
    default void aListener_isToldOfALoss() {
        String name = bench().name();
        Listeners.Recorder events = new Listeners.Recorder(name);
        bench().client().addListener(events);
        Lease lease = Bench.hold(bench().client(), name, Bench.unrenewed(Bench.BRIEF_LEASE));
        Bench.await("the news")
                .atMost(Bench.BRIEF_LEASE.plus(Bench.ROOM))
                .until(() -> events.lines().contains("lost " + lease.token().value() + " " + LossReason.EXPIRED));
        assertThat(events.lines()).noneMatch(line -> line.startsWith("released"));
    }

    @Test
    @Proves(Part.ENGINE)
    default void aListener_isToldHowEveryRequestEnds_andNothingAfterItsRemoval() throws InterruptedException {
        DistributedLock lock = bench().newClient().lock(bench().name());
        LockClient client = bench().newClient();
        DistributedLock watched = client.lock(lock.name());
        Listeners.Requests requests = new Listeners.Requests(lock.name());
        client.addListener(requests);
        Duration time = Duration.ofMillis(50);

        watched.acquire().close();
        watched.tryAcquire().orElseThrow().close();
        Lease holder = Bench.hold(bench().client(), lock.name());
        assertThat(watched.tryAcquire(time)).isEmpty();
        assertThat(watched.tryAcquire()).isEmpty();
        assertThat(Bench.get(watched.tryAcquireAsync())).isEmpty();
        Bench.failure(watched.acquireAsync(time));
        assertThat(requests.waiters()).containsExactly(Thread.currentThread());
        watched.acquireAsync().cancel(false);
        Job<Lease> interrupted = bench().start(() -> watched.acquire()).awaitWaiting();
        interrupted.interrupt();
        interrupted.failure();
        Job<Lease> closed = bench().start(() -> watched.acquire()).awaitWaiting();
        client.removeListener(new Listeners.Requests(lock.name()));
        client.close();
        closed.failure();
        client.removeListener(requests);
        assertThatThrownBy(watched::acquire).isInstanceOf(LockClientClosedException.class);
        holder.close();

        Bench.await("the news").until(() -> requests.lines().stream().allMatch(line -> !line.equals("waiting")));
        assertThat(requests.lines())
                .containsExactly(
                        "waiting acquired",
                        "acquired",
                        "waiting TIMEOUT",
                        "BUSY",
                        "BUSY",
                        "waiting TIMEOUT",
                        "waiting CANCELLED",
                        "waiting INTERRUPTED",
                        "waiting CLOSED");
    }

    @Test
    default void held_namesWhatThisClientHas_andNotWhatOthersHave() {
        String name = bench().name();
        LockClient client = bench().newClient();
        assertThat(client.held()).isEmpty();
        Bench.hold(bench().client(), bench().name());
        try (Lease lease = Bench.hold(client, name)) {
            assertThat(client.held())
                    .singleElement()
                    .satisfies(held -> assertThat(held.waiting()).isZero());
            Job<Lease> waiter = bench().start(() -> client.lock(name).acquire()).awaitWaiting();
            Bench.await("the waiter")
                    .untilAsserted(() -> assertThat(client.held())
                            .singleElement()
                            .satisfies(held -> assertThat(held.waiting()).isEqualTo(1)));
            bench().pauseService();
            assertThat(client.held()).singleElement().satisfies(held -> {
                assertThat(held.name()).isEqualTo(name);
                assertThat(held.token()).isEqualTo(lease.token());
                assertThat(held.thread()).isEqualTo(Thread.currentThread().getName());
                assertThat(held.since()).isPositive();
                assertThat(held.remaining()).isPositive().isLessThanOrEqualTo(Bench.LONG_LEASE);
            });
            bench().resumeService();
            waiter.interrupt();
            waiter.failure();
        }
        assertThat(client.held()).isEmpty();
    }

    @Test
    @Proves(Part.ENGINE)
    default void aListener_isToldOfAHandOffInOrder() {
        String name = bench().name();
        Listeners.Recorder events = new Listeners.Recorder(name);
        bench().client().addListener(events);
        Lease first = Bench.hold(bench().client(), name);
        CompletableFuture<Lease> waiter = bench().client().lock(name).acquireAsync();
        first.close();
        Lease second = Bench.get(waiter);
        second.close();
        long one = first.token().value();
        long two = second.token().value();
        Bench.await("the news").until(() -> events.lines().contains("released " + two));
        assertThat(events.lines()).contains("released " + one, "acquired " + two, "released " + two);
        assertThat(events.lines()).containsSubsequence("acquired " + one, "released " + one, "released " + two);
        assertThat(events.lines()).containsSubsequence("acquired " + one, "acquired " + two, "released " + two);
    }

    @Test
    @Proves(Part.ENGINE)
    default void aListenerThatThrows_breaksNothing() throws InterruptedException {
        LockClient client = bench().client();
        client.addListener(new Listeners.Broken());
        String name = bench().name();
        Listeners.Recorder events = new Listeners.Recorder(name);
        client.addListener(events);
        Lease lease = Bench.hold(client, name);
        CompletableFuture<Lease> waiter = client.lock(name).acquireAsync();
        assertThat(client.lock(name).tryAcquire(Duration.ofMillis(10))).isEmpty();
        lease.close();
        Bench.get(waiter).close();
        Bench.await("the news of both releases")
                .until(() -> events.lines().stream()
                                .filter(line -> line.startsWith("released "))
                                .count()
                        == 2);
        Lease expiring = Bench.hold(client, name, Bench.unrenewed(Bench.BRIEF_LEASE));
        Bench.await("the news")
                .atMost(Bench.BRIEF_LEASE.plus(Bench.ROOM))
                .until(() -> events.lines().stream().anyMatch(line -> line.startsWith("lost ")));
        assertThat(expiring.isValid()).isFalse();
        bench().assertNothingLeft(name);
    }

    /** The listener waits for another thread that needs the same lock object: it would be stuck if the caller held a lock. */
    @Test
    @Proves(Part.ENGINE)
    default void aListener_isCalledWithNoLockHeld() {
        String name = bench().name();
        DistributedLock lock = bench().client().lock(name);
        Queue<Boolean> answers = new ConcurrentLinkedQueue<>();
        bench().client().addListener(new LockListener() {
            @Override
            public void onAcquired(FencingToken token, Duration waited) {
                answers.add(bench().start(lock::tryAcquire).get().isEmpty());
            }
        });
        lock.tryAcquire().orElseThrow().close();
        assertThat(answers).containsExactly(true);
        bench().assertNothingLeft(name);
    }

    /** Whatever the client library's threads are: users' code runs on the caller's, or on those that are there for it. */
    @Test
    @Proves(Part.BACKEND)
    default void usersCode_neverRunsOnAThreadOfTheBackend() {
        String name = bench().name();
        LockClient client = bench().client();
        Set<String> threads = ConcurrentHashMap.newKeySet();
        client.addListener(new Listeners.Everywhere(
                () -> threads.add(Thread.currentThread().getName())));
        Runnable noted = () -> threads.add(Thread.currentThread().getName());
        String caller = Thread.currentThread().getName();

        Lease first = Bench.hold(client, name);
        CompletableFuture<Void> second = client.lock(name).acquireAsync().thenAccept(lease -> {
            noted.run();
            lease.releaseAsync().thenRun(noted).join();
        });
        first.close();
        Bench.get(second);
        Bench.get(client.lockAll(List.of(name, name + "-b")).acquireAsync().thenCompose(lease -> {
            noted.run();
            return lease.releaseAsync().thenRun(noted);
        }));
        Lease dropped = Bench.hold(client, name, Bench.options(Bench.SHORT_LEASE));
        CompletableFuture<Boolean> told = new CompletableFuture<>();
        dropped.onLost(event -> {
            noted.run();
            told.complete(true);
        });
        bench().fixture().loseLease(dropped);
        Bench.get(told);
        Lease closing = Bench.hold(client, name + "-c");
        Lease held = Bench.hold(client, name + "-d", Bench.options(Bench.SHORT_LEASE));
        bench().pauseService();
        CompletableFuture<Void> failing = closing.releaseAsync().whenComplete((nothing, failure) -> noted.run());
        CompletableFuture<MultiLease> several =
                client.lockAll(List.of(name + "-e", name + "-f")).acquireAsync(Duration.ofMillis(100));
        CompletableFuture<Object> seen = several.handle((lease, failure) -> {
            noted.run();
            return true;
        });
        Bench.await("the loss").atMost(Bench.SHORT_LEASE.plus(Bench.ROOM)).until(() -> !held.isValid());
        Bench.get(failing.handle((nothing, failure) -> true));
        Bench.get(seen);
        assertThat(threads)
                .allMatch(thread -> thread.equals(caller) || thread.matches("pawl-\\d+-(callback|alarm)-\\d+"));
    }

    @Test
    @Proves(Part.ENGINE)
    default void flightRecorder_hasTheLifeOfALease() throws IOException {
        // No other recording of this JVM has seen the name: JDK 17 loses a text that an earlier recording has written.
        String name = bench().name() + '-' + Long.toHexString(System.nanoTime());
        Path file = Files.createTempFile("pawl-contract", ".jfr");
        try (Recording recording = new Recording()) {
            List.of("Acquire", "Hold", "LeaseLost")
                    .forEach(event -> recording.enable("dev.pawl." + event).withoutThreshold());
            recording.start();
            Bench.hold(bench().client(), name).close();
            Lease lost = Bench.hold(bench().client(), name, Bench.unrenewed(Bench.BRIEF_LEASE));
            Bench.await("the loss").until(() -> !lost.isValid());
            bench().client().close();
            recording.stop();
            recording.dump(file);
            List<RecordedEvent> events = RecordingFile.readAllEvents(file);
            assertThat(events)
                    .filteredOn(event -> event.toString().contains(name))
                    .extracting(event -> event.getEventType().getName())
                    .contains("dev.pawl.Acquire", "dev.pawl.Hold", "dev.pawl.LeaseLost");
        } finally {
            Files.delete(file);
        }
    }

    @Test
    default void guarantees_areStatedInASentence() {
        Guarantees guarantees = bench().client().guarantees();
        assertThat(guarantees.summary()).isNotBlank();
        assertThat(guarantees).isEqualTo(bench().newClient().guarantees());
    }
}
