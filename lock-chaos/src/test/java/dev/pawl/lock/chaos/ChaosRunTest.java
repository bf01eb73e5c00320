package dev.pawl.lock.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.Lease;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that does not come to its end. */
@Timeout(180)
final class ChaosRunTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    @TempDir
    private Path directory;

    private final List<ProcessHandle> before = new ArrayList<>();
    private final List<ProcessHandle> seen = new ArrayList<>();

    private ChaosPlan plan(Fault... faults) {
        return ChaosPlan.chosen(1, Defect.LEASE, List.of(faults)).played(ToyClient.class, FencedResource.class);
    }

    /** What the run has started, the resource included; of servers that other tests share there may be more. */
    private List<ProcessHandle> started() {
        return ProcessHandle.current()
                .children()
                .filter(child -> !before.contains(child))
                .toList();
    }

    private History logged() {
        return History.read(directory);
    }

    /** A killed client is to be started again while the run ends: it is not. */
    @Test
    void aRunThatIsInterrupted_leavesNoProcess() throws Exception {
        try (ToyService toy = new ToyService(Defect.NONE)) {
            before.addAll(ProcessHandle.current().children().toList());
            ChaosPlan plan = plan(
                    new Fault(FaultKind.KILL_CLIENT, Duration.ofMillis(10), 0, Defect.LEASE, 0),
                    new Fault(FaultKind.STOP_CLIENT, Duration.ofMillis(20), 1, LONG, 0),
                    new Fault(FaultKind.KILL_CLIENT, LONG, 2, LONG, 0));
            FutureTask<History> run =
                    new FutureTask<>(() -> ChaosRun.run(ChaosService.of("toy", toy), plan, directory));
            Thread runner = new Thread(run);
            runner.start();
            await().until(() -> logged().events(Event.Kind.FAULT).count() == 2);
            seen.addAll(started());
            // One client may just have been killed; what sends the signals is a process, too.
            assertThat(seen).hasSizeGreaterThanOrEqualTo(ChaosPlan.CLIENTS);
            runner.interrupt();
            runner.join();
            assertThatThrownBy(run::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(InterruptedException.class);
            await().during(Defect.LEASE.multipliedBy(2)).until(() -> started().isEmpty());
            assertThat(seen).noneMatch(ProcessHandle::isAlive);
        }
    }

    /** One of them is dead before anybody has to do with it: its line is read when its output ends. */
    static final class DyingClient {
        public static void main(String[] arguments) throws Exception {
            if (!arguments[0].startsWith("c0.")) {
                ToyClient.main(arguments);
            }
            System.out.print("ready");
            System.out.flush();
            Runtime.getRuntime().halt(3);
        }
    }

    /** Where it is killed, and another takes its place, as where nobody harms it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aClientThatEndsByItself_failsTheRun(boolean isKilled) {
        try (ToyService toy = new ToyService(Defect.NONE)) {
            Fault kill = new Fault(FaultKind.KILL_CLIENT, Duration.ofMillis(10), 0, Duration.ZERO, 0);
            ChaosPlan plan =
                    plan(isKilled ? new Fault[] {kill} : new Fault[0]).played(DyingClient.class, FencedResource.class);
            assertThatThrownBy(() -> ChaosRun.run(ChaosService.of("toy", toy), plan, directory))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("c0.1: it ended by itself with 3; it wrote:\nready");
        }
    }

    /** Fails as nothing that Pawl promises does. */
    static final class BrokenClient implements Locks {
        public static void main(String[] arguments) throws Exception {
            Workload.run(arguments, lease -> new BrokenClient());
        }

        @Override
        public Optional<Lease> acquire(String lock, Optional<Duration> patience, Random random) {
            throw new UnsupportedOperationException("a defect");
        }

        @Override
        public void close() {}
    }

    @Test
    void aRequestThatFailsAsNoneMay_failsTheRun() {
        try (ToyService toy = new ToyService(Defect.NONE)) {
            ChaosPlan plan = plan().played(BrokenClient.class, FencedResource.class);
            assertThatThrownBy(() -> ChaosRun.run(ChaosService.of("toy", toy), plan, directory))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("c0.1: it ended by itself with 2")
                    .hasMessageContaining("UnsupportedOperationException: a defect");
        }
    }

    @Test
    void aFixtureThatSeesNothing_failsTheRun() {
        try (ToyService blind = new ToyService(Defect.NONE) {
            @Override
            public Optional<String> leftBehind(String name) {
                return Optional.empty();
            }
        }) {
            assertThatThrownBy(() -> ChaosRun.run(ChaosService.of("toy", blind), plan(), directory))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("invariant 7 would prove nothing");
        }
    }

    @Test
    void aFaultThatCannotBeCaused_failsTheRun_andLeavesNoProcess() {
        try (ToyService toy = new ToyService(Defect.NONE)) {
            before.addAll(ProcessHandle.current().children().toList());
            ChaosService service = ChaosService.of("toy", toy).with(FaultKind.END_SESSIONS, () -> {
                seen.addAll(started());
                throw new IllegalStateException("no sessions here");
            });
            ChaosPlan plan = plan(new Fault(FaultKind.END_SESSIONS, Duration.ofMillis(10), 0, Duration.ZERO, 0));
            assertThatThrownBy(() -> ChaosRun.run(service, plan, directory))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("no sessions here");
            assertThat(seen).hasSize(ChaosPlan.CLIENTS + 1).noneMatch(ProcessHandle::isAlive);
        }
    }
}
