package dev.pawl.lock.tests.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * A backend under faults: some seconds of it in every build, as long as {@code -Dpawl.chaos.seconds} says on demand. Other system
 * properties: {@code pawl.chaos.backend} runs that one only, {@code pawl.chaos.seed} repeats a schedule of faults (not what the
 * processes make of it).
 */
public abstract class ChaosTest {

    private static final String PROPERTY = "pawl.chaos.";
    private static final int SECONDS = 8;

    /** Of a run that proves something: at least so many in ten minutes, and as many of shorter ones. */
    private static final double ACQUISITIONS_A_SECOND = 10_000 / 600.0;

    private static final double FAULTS_A_SECOND = 100 / 600.0;

    /** For subclasses. */
    protected ChaosTest() {}

    /**
     * The backend's name, without starting it.
     *
     * @return what {@code -Dpawl.chaos.backend} calls it
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
        String only = System.getProperty(PROPERTY + "backend", name());
        Assumptions.assumeTrue(List.of(only.split(",")).contains(name()), "not among -Dpawl.chaos.backend=" + only);
        obstacle().ifPresent(Assumptions::abort);
        long seed = Long.getLong(PROPERTY + "seed", ThreadLocalRandom.current().nextInt(1_000_000));
        Duration time = Duration.ofSeconds(Integer.getInteger(PROPERTY + "seconds", SECONDS));
        ChaosService service = service();
        try {
            run(service, ChaosPlan.drawn(seed, time, service.faults()), time);
        } finally {
            service.fixture().close();
        }
    }

    private void run(ChaosService service, ChaosPlan plan, Duration time) throws IOException, InterruptedException {
        Path directory = Path.of("target", "chaos", name() + "-" + plan.seed());
        System.out.println("Pawl chaos: " + name() + ", seed " + plan.seed() + ", " + time.toSeconds() + " s");
        History history = ChaosRun.run(service, plan, directory);
        List<Violation> violations = Checker.check(service.assumptions(plan.lease()), history);
        ChaosReport report = new ChaosReport(name(), plan, history, violations, directory);
        System.out.println(report.summary());
        if (!violations.isEmpty()) {
            throw new AssertionError(report.failure());
        }
        assertThat((double) report.acquisitions()).isGreaterThanOrEqualTo(ACQUISITIONS_A_SECOND * time.toSeconds());
        assertThat((double) history.faults().size()).isGreaterThanOrEqualTo(FAULTS_A_SECOND * time.toSeconds());
        Set<FaultKind> planned = plan.faults().stream()
                .map(Fault::kind)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(FaultKind.class)));
        assertThat(history.faults().stream().map(FaultSpan::kind).collect(Collectors.toSet()))
                .isEqualTo(planned);
        ChaosRun.forget(directory);
    }
}
