package dev.pawl.lock.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * A backend under faults: some seconds of it in every build, as long as {@code -Dchaos.seconds} says on demand. Other system
 * properties: {@code chaos.backend} runs that one only, {@code chaos.seed} repeats a schedule of faults (not what the
 * processes make of it), {@code chaos.keep} keeps the logs of runs that are as they should be, too.
 */
public abstract class ChaosTest {

    private static final String PROPERTY = "chaos.";

    /** Where each run of faults enters its figures; {@code mvn clean} removes it. */
    private static final Path SUMMARY = Path.of("target", "chaos", "summary.md");

    private static final int SECONDS = 8;

    /** What a long run must have seen to prove something. */
    private static final int LONG_SECONDS = 600;

    private static final int ACQUISITIONS = 10_000;
    private static final int FAULTS = 100;

    /** A short one may fall on a busy machine. */
    private static final int ACQUISITIONS_A_SECOND = 3;

    private static final int SECONDS_A_FAULT = 6;

    /** What must hold, whatever a backend does not promise. */
    private static final Set<Integer> UNDER_EVERY_FAULT = Set.of(1, 3, 6, 7, 10);

    /** What a machine breaks that stands still, as one does that builds: it is judged in runs of a minute. */
    private static final Set<Integer> ON_A_MACHINE_WITH_TIME = Set.of(8, 9);

    /** For a run of seconds: the server that it has killed may come back on a machine that builds. Nothing may wait for ever. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final int MOST_TRIES = 8;
    private static final Duration CALM = Duration.ofSeconds(4);
    private static final int TIMES_KEPT = 3;

    /** For subclasses. */
    protected ChaosTest() {}

    /**
     * The backend's name, without starting it.
     *
     * @return what {@code -Dchaos.backend} calls it
     */
    protected abstract String name();

    /**
     * Starts the service.
     *
     * @return the service, whose fixture is closed after the run
     */
    protected abstract ChaosService service();

    /**
     * What keeps the service from running on this machine.
     *
     * @return the reason to skip the run, or empty
     */
    protected Optional<String> obstacle() {
        return Optional.empty();
    }

    @Test
    final void keepsItsPromises_underEveryFault() throws IOException, InterruptedException {
        Duration time = time();
        boolean isInRounds = time.compareTo(ChaosPlan.ROUND) >= 0;
        Function<ChaosService, Promise> promised =
                service -> service.promise(ChaosPlan.LEASE).patient(isInRounds ? Duration.ZERO : PATIENCE);
        ChaosReport report =
                run("", service -> ChaosPlan.drawn(seed(), time, service.faults(), promised.apply(service)), promised);
        report.enter(SUMMARY);
        assertThat(report.violations())
                .as(report::failure)
                .filteredOn(violation -> isInRounds || !ON_A_MACHINE_WITH_TIME.contains(violation.invariant()))
                .isEmpty();
        boolean isLong = time.toSeconds() >= LONG_SECONDS;
        assertThat(report.acquisitions())
                .as(report.summary())
                .isGreaterThanOrEqualTo(isLong ? ACQUISITIONS : ACQUISITIONS_A_SECOND * time.toSeconds());
        assertThat((long) report.faults().size())
                .as(report.summary())
                .isGreaterThanOrEqualTo(isLong ? FAULTS : time.toSeconds() / SECONDS_A_FAULT);
        if (!Boolean.getBoolean(PROPERTY + "keep")) {
            report.forget();
        }
    }

    /**
     * What a backend does not promise, and says so, is seen to happen: or the harness would not see it elsewhere either. A process
     * that has just been granted a lock stands still meanwhile, for the whole lease: it neither hears of its loss nor releases before
     * another is granted the lock. The lease is longer than a restart takes on a busy machine.
     *
     * @param kind the fault that is to break a promise; it comes again until it does
     * @param broken the invariant that is then violated
     * @throws IOException if the logs cannot be written
     * @throws InterruptedException if the run is interrupted
     */
    protected final void assertBreaks(FaultKind kind, int broken) throws IOException, InterruptedException {
        Duration lease = ChaosPlan.LEASE.multipliedBy(20);
        List<Fault> faults = IntStream.range(0, MOST_TRIES)
                .mapToObj(i -> i % ChaosPlan.CLIENTS)
                .map(client -> new Fault(
                        FaultKind.STOP_BEFORE_WRITE,
                        Duration.ZERO,
                        client,
                        lease,
                        0,
                        List.of(new Fault(kind, Duration.ZERO, client, Duration.ofMillis(50), 0))))
                .toList();
        ChaosReport report = run(
                "-" + kind,
                service -> ChaosPlan.oneByOne(seed(), lease, faults).calm(CALM),
                service -> service.promise(lease).strict(),
                (promise, history) -> Checker.check(promise, history).stream()
                        .anyMatch(violation -> violation.invariant() == broken));
        assertThat(report.violations().stream().map(Violation::invariant))
                .as(report::failure)
                .contains(broken)
                .doesNotContainAnyElementsOf(UNDER_EVERY_FAULT);
        report.forget();
        report.violations().stream()
                .filter(violation -> violation.invariant() == broken)
                .findFirst()
                .ifPresent(
                        violation -> report.draw(violation, Path.of("target", "chaos", name() + "-" + kind + ".svg")));
    }

    /**
     * Holders go on under a fault that keeps others from getting locks: no lease is lost. Too much for the seconds that every build
     * has: a lease is lost, too, when the machine stands still.
     *
     * @param kind the fault; it comes several times, each time for longer than a lease
     * @throws IOException if the logs cannot be written
     * @throws InterruptedException if the run is interrupted
     */
    protected final void assertKeeps(FaultKind kind) throws IOException, InterruptedException {
        Assumptions.assumeTrue(time().compareTo(ChaosPlan.ROUND) >= 0, "wants -Dchaos.seconds of a minute");
        Duration lease = ChaosPlan.LEASE.multipliedBy(2);
        List<Fault> faults = IntStream.range(0, TIMES_KEPT)
                .mapToObj(i -> new Fault(kind, lease.multipliedBy(3L * i + 1), 0, lease.multipliedBy(2), 0))
                .toList();
        // Held for so long that some hold outlives its lease under a fault, and therefore longer than invariant 6
        // waits.
        ChaosReport report = run(
                "-" + kind,
                service -> ChaosPlan.chosen(seed(), lease, faults).holding(lease.multipliedBy(6)),
                service -> service.promise(lease).strict());
        assertThat(report.violations())
                .as(report::failure)
                .filteredOn(violation -> violation.invariant() != 6)
                .isEmpty();
        assertThat(report.longestHoldUnder(kind)).as(report::summary).isGreaterThan(lease);
        report.forget();
    }

    private static Duration time() {
        return Duration.ofSeconds(Integer.getInteger(PROPERTY + "seconds", SECONDS));
    }

    private static long seed() {
        return Long.getLong(PROPERTY + "seed", ThreadLocalRandom.current().nextInt(1_000_000));
    }

    private ChaosReport run(
            String suffix, Function<ChaosService, ChaosPlan> planned, Function<ChaosService, Promise> assumed)
            throws IOException, InterruptedException {
        return run(suffix, planned, assumed, (promise, history) -> false);
    }

    private ChaosReport run(
            String suffix,
            Function<ChaosService, ChaosPlan> planned,
            Function<ChaosService, Promise> assumed,
            BiPredicate<Promise, History> isEnough)
            throws IOException, InterruptedException {
        String only = System.getProperty(PROPERTY + "backend", "all");
        Assumptions.assumeTrue(
                only.equals("all") || List.of(only.split(",", -1)).contains(name()),
                "not among -Dchaos.backend=" + only);
        obstacle().ifPresent(Assumptions::abort);
        ChaosService service = service();
        try {
            ChaosPlan plan = planned.apply(service);
            Promise promise = assumed.apply(service);
            String name = name() + suffix;
            Path directory = Path.of("target", "chaos", name + "-" + plan.seed());
            System.out.println("Pawl chaos: " + name + ", seed " + plan.seed() + ", begins");
            History history = ChaosRun.run(service, plan, directory, soFar -> isEnough.test(promise, soFar));
            ChaosReport report = new ChaosReport(name, plan, history, promise, directory);
            System.out.println(report.summary());
            return report;
        } finally {
            service.fixture().close();
        }
    }
}
