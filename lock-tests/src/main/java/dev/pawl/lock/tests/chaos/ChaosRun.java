package dev.pawl.lock.tests.chaos;

import dev.pawl.lock.tests.BackendFixture;
import dev.pawl.lock.tests.ChildJvm;
import dev.pawl.lock.tests.chaos.Event.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** One run: processes at work, faults, healing, shutdown; then what all of them have written down. */
final class ChaosRun {

    private static final long LOOK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final ChaosService service;
    private final ChaosPlan plan;
    private final Path directory;
    private final List<ClientSlot> slots = new ArrayList<>();

    private ChaosRun(ChaosService service, ChaosPlan plan, Path directory) {
        this.service = service;
        this.plan = plan;
        this.directory = directory;
    }

    /**
     * Runs a plan.
     *
     * @param directory where all processes write; made empty first
     * @return what they wrote
     * @throws AssertionError if the harness itself fails
     */
    static History run(ChaosService service, ChaosPlan plan, Path directory) throws IOException, InterruptedException {
        empty(directory);
        new ChaosRun(service, plan, directory).run();
        return History.read(directory);
    }

    private static void empty(Path directory) throws IOException {
        Files.createDirectories(directory);
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    private void run() throws InterruptedException {
        BackendFixture fixture = service.fixture();
        fixture.heal();
        Path resourceLog = directory.resolve("resource.log");
        try (EventLog log = new EventLog("harness", directory.resolve("harness.log"));
                ChildJvm resource =
                        ChildJvm.start(plan.resourceMain(), "", Map.of(), Map.of(), resourceLog.toString())) {
            int port = Integer.parseInt(resource.awaitLine("listening").get(0));
            for (int i = 0; i < plan.clients(); i++) {
                slots.add(new ClientSlot(i, plan, fixture, port, directory, log));
            }
            slots.forEach(ClientSlot::start);
            slots.forEach(slot -> slot.process().awaitLine("ready"));
            new Nemesis(service, plan, slots, log).run();
            write(log, Kind.HEALED, "", "");
            // Until the last request must have been granted, the clients go on.
            TimeUnit.NANOSECONDS.sleep(
                    service.assumptions(plan.lease()).takenAgainWithin().toNanos());
            drain(log);
            findWhatIsLeft(log);
        } finally {
            slots.forEach(ClientSlot::close);
        }
    }

    private void drain(EventLog log) {
        slots.forEach(slot -> slot.process().send("drain"));
        List<AssertionError> failures = new ArrayList<>();
        for (ClientSlot slot : slots) {
            try {
                slot.process().awaitLine("closed");
            } catch (AssertionError e) {
                failures.add(e);
            }
        }
        write(log, Kind.SHUT_DOWN, "", "");
        boolean isExplained = !History.read(directory).stuck().isEmpty();
        if (!failures.isEmpty() && !isExplained) {
            throw failures.get(0);
        }
    }

    private void findWhatIsLeft(EventLog log) {
        long deadline = System.nanoTime() + service.tidyWithin().toNanos();
        for (int i = 0; i < plan.locks(); i++) {
            String lock = "lock-" + i;
            Optional<String> left = service.fixture().leftBehind(lock);
            while (left.isPresent() && System.nanoTime() < deadline) {
                LockSupport.parkNanos(LOOK_EVERY_NANOS);
                left = service.fixture().leftBehind(lock);
            }
            left.ifPresent(what -> write(log, Kind.LEFT, lock, what));
        }
    }

    private static void write(EventLog log, Kind kind, String lock, String note) {
        log.write(System.nanoTime(), kind, 0, lock, 0, 0, note);
    }

    /** Removes the logs of a run that nobody has to look at. */
    static void forget(Path directory) throws IOException {
        empty(directory);
        Files.delete(directory);
    }

    /** From the first event to the last. */
    static Duration length(History history) {
        List<Event> events = history.events();
        return events.isEmpty()
                ? Duration.ZERO
                : Duration.ofNanos(
                        events.get(events.size() - 1).at() - events.get(0).at());
    }
}
