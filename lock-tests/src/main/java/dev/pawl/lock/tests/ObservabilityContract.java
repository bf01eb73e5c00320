package dev.pawl.lock.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Guarantees;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockListener;
import dev.pawl.lock.LossReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;

/** What a client tells: listeners, JFR events, guarantees. */
public interface ObservabilityContract extends ContractCase {

    @Test
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
        assertThat(events.lines()).contains("released " + one, "acquired " + two, "released " + two);
        assertThat(events.lines()).containsSubsequence("acquired " + one, "released " + one, "released " + two);
        assertThat(events.lines()).containsSubsequence("acquired " + one, "acquired " + two, "released " + two);
    }

    @Test
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
        assertThat(events.lines())
                .filteredOn(line -> line.startsWith("released "))
                .hasSize(2);
        Lease expiring = Bench.hold(client, name, Bench.unrenewed(Bench.BRIEF_LEASE));
        Bench.await("the news")
                .atMost(Bench.BRIEF_LEASE.plus(Bench.ROOM))
                .until(() -> events.lines().stream().anyMatch(line -> line.startsWith("lost ")));
        assertThat(expiring.isValid()).isFalse();
        bench().assertNothingLeft(name);
    }

    /** The listener waits for another thread that needs the same lock object: it would be stuck if the caller held a lock. */
    @Test
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

    @Test
    default void flightRecorder_hasTheLifeOfALease() throws IOException {
        String name = bench().name();
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
