package dev.pawl.lock.chaos;

import dev.pawl.lock.chaos.Event.Kind;
import dev.pawl.lock.testkit.BackendFixture;
import dev.pawl.lock.testkit.ChildJvm;
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
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One run: processes at work, faults, healing, shutdown; then what all of them have written down. */
final class ChaosRun {

    private static final long LOOK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private static final long SIGHT_NANOS = TimeUnit.SECONDS.toNanos(10);

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
        return run(service, plan, directory, history -> false);
    }

    /** The same; no more rounds when what has been written after one is enough. */
    static History run(ChaosService service, ChaosPlan plan, Path directory, Predicate<History> isEnough)
            throws IOException, InterruptedException {
        empty(directory);
        new ChaosRun(service, plan, directory).run(isEnough);
        return History.read(directory);
    }

    /** Makes a directory, or makes it empty. */
    static void empty(Path directory) throws IOException {
        Files.createDirectories(directory);
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    private void run(Predicate<History> isEnough) throws InterruptedException {
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
            seeWhatIsHeld();
            try (Operator operator = new Operator(service.administration(), port, log, plan.lease())) {
                harm(new Nemesis(service, plan, slots, log, operator), log, isEnough);
            }
            drain(log);
            findWhatIsLeft(log);
        } finally {
            slots.forEach(ClientSlot::close);
        }
    }

    private void harm(Nemesis nemesis, EventLog log, Predicate<History> isEnough) throws InterruptedException {
        for (ChaosPlan.Round round : plan.rounds()) {
            nemesis.run(round);
            write(log, Kind.HEALED, "", "");
            TimeUnit.NANOSECONDS.sleep(plan.calm().toNanos());
            awaitThatAllAreTakenAgain();
            if (isEnough.test(History.read(directory))) {
                break;
            }
        }
    }

    /** A fixture that looks in the wrong place would find nothing left, whatever is left. */
    private void seeWhatIsHeld() {
        long deadline = System.nanoTime() + SIGHT_NANOS;
        while (locks().noneMatch(lock -> service.fixture().leftBehind(lock).isPresent())) {
            if (System.nanoTime() - deadline > 0) {
                slots.forEach(ClientSlot::requireNotEnded);
                throw new AssertionError("nothing was seen at the service while all clients took locks there for "
                        + TimeUnit.NANOSECONDS.toSeconds(SIGHT_NANOS) + " s: invariant 7 would prove nothing");
            }
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
        }
    }

    private void awaitThatAllAreTakenAgain() {
        long deadline = System.nanoTime() + plan.patience().toNanos();
        while (System.nanoTime() < deadline && !History.read(directory).isEachTakenAgain()) {
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
        }
    }

    private Stream<String> locks() {
        return IntStream.range(0, plan.locks()).mapToObj(i -> "lock-" + i);
    }

    /** Ends the clients. One that does not end must be explained by a request that does not return. */
    private void drain(EventLog log) {
        slots.forEach(ClientSlot::drain);
        long deadline =
                System.nanoTime() + plan.lease().multipliedBy(10).plusSeconds(5).toNanos();
        while (!slots.stream().allMatch(ChaosRun::isClosed) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
        }
        write(log, Kind.SHUT_DOWN, "", "");
        if (History.read(directory).stuck().isEmpty()) {
            slots.forEach(slot -> slot.process().awaitLine("closed"));
        }
    }

    private static boolean isClosed(ClientSlot slot) {
        return slot.process().has("closed");
    }

    private void findWhatIsLeft(EventLog log) {
        long deadline = System.nanoTime() + service.tidyWithin().toNanos();
        BackendFixture fixture = service.fixture();
        locks().forEach(lock -> findWhatIsLeft(log, deadline, lock, () -> fixture.leftBehind(lock)));
        for (String name : History.read(directory).acquisitions().keySet()) {
            if (Permits.areOf(name)) {
                boolean isSemaphore = Permits.of(name) == Permits.PERMITS;
                findWhatIsLeft(
                        log,
                        deadline,
                        name,
                        () -> isSemaphore ? fixture.permitsLeftBehind(name) : fixture.readWriteLockLeftBehind(name));
            }
        }
    }

    private static void findWhatIsLeft(EventLog log, long deadline, String name, Supplier<Optional<String>> look) {
        Optional<String> left = look.get();
        while (left.isPresent() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
            left = look.get();
        }
        left.ifPresent(what -> write(log, Kind.LEFT, name, what));
    }

    private static void write(EventLog log, Kind kind, String lock, String note) {
        log.write(System.nanoTime(), kind, 0, lock, 0, 0, note);
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
