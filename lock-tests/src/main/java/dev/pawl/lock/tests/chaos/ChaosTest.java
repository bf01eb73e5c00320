package dev.pawl.lock.tests.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
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
    private static final Set<Integer> UNDER_EVERY_FAULT = Set.of(1, 3, 6, 7);

    private static final int EXPECTED_FAILURES = 12;

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
        Duration time = Duration.ofSeconds(Integer.getInteger(PROPERTY + "seconds", SECONDS));
        ChaosReport report = run(
                "",
                service -> ChaosPlan.drawn(seed(), time, service.faults()),
                service -> service.promise(ChaosPlan.LEASE));
        report.enter(SUMMARY);
        assertThat(report.violations()).as(report::failure).isEmpty();
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
     * What a backend does not promise, and says so, is seen to happen: or the harness would not see it elsewhere either.
     *
     * @param kind the fault that is to break a promise; it comes several times
     * @param broken the invariant that is then violated
     * @throws IOException if the logs cannot be written
     * @throws InterruptedException if the run is interrupted
     */
    protected final void assertBreaks(FaultKind kind, int broken) throws IOException, InterruptedException {
        // Longer than a run's own: there must be time between the loss of a hold and its holder's next look.
        Duration lease = ChaosPlan.LEASE.multipliedBy(2);
        List<Fault> faults = IntStream.range(0, EXPECTED_FAILURES)
                .mapToObj(i -> new Fault(
                        kind, ChaosPlan.LEASE.multipliedBy(i + 1), i % ChaosPlan.CLIENTS, Duration.ofMillis(50), 1))
                .toList();
        ChaosReport report = run(
                "-" + kind,
                service -> ChaosPlan.of(seed(), lease, faults).holding(lease),
                service -> Promise.strict(lease));
        Set<Integer> violated =
                report.violations().stream().map(Violation::invariant).collect(Collectors.toSet());
        assertThat(violated).as(report::failure).contains(broken).doesNotContainAnyElementsOf(UNDER_EVERY_FAULT);
        report.forget();
        report.violations().stream()
                .filter(violation -> violation.invariant() == broken)
                .findFirst()
                .ifPresent(
                        violation -> report.draw(violation, Path.of("target", "chaos", name() + "-" + kind + ".svg")));
    }

    private static long seed() {
        return Long.getLong(PROPERTY + "seed", ThreadLocalRandom.current().nextInt(1_000_000));
    }

    private ChaosReport run(
            String suffix, Function<ChaosService, ChaosPlan> planned, Function<ChaosService, Promise> assumed)
            throws IOException, InterruptedException {
        String only = System.getProperty(PROPERTY + "backend", "all");
        Assumptions.assumeTrue(
                only.equals("all") || List.of(only.split(",", -1)).contains(name()),
                "not among -Dchaos.backend=" + only);
        obstacle().ifPresent(Assumptions::abort);
        ChaosService service = service();
        try {
            ChaosPlan plan = planned.apply(service);
            String name = name() + suffix;
            Path directory = Path.of("target", "chaos", name + "-" + plan.seed());
            System.out.println("Pawl chaos: " + name + ", seed " + plan.seed() + ", begins");
            History history = ChaosRun.run(service, plan, directory);
            ChaosReport report = new ChaosReport(name, plan, history, assumed.apply(service), directory);
            System.out.println(report.summary());
            return report;
        } finally {
            service.fixture().close();
        }
    }
}
