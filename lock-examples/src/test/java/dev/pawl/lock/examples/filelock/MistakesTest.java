package dev.pawl.lock.examples.filelock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import dev.pawl.lock.testkit.ContractAudit;
import dev.pawl.lock.testkit.LockContract;
import java.util.Arrays;
import java.util.List;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.engine.discovery.MethodSelector;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** The contract is worth something only if a mistaken backend fails it, by a case whose name tells its author what is wrong. */
class MistakesTest {

    @ParameterizedTest
    @EnumSource
    void everyMistake_failsTheCaseThatNamesIt(Mistake mistake) {
        TestExecutionSummary run = run(MistakenContract.class, List.of(mistake.caughtBy()), mistake.name());
        assertThat(run.getTestsStartedCount()).isOne();
        assertThat(run.getFailures())
                .singleElement()
                .satisfies(failure ->
                        assertThat(failure.getTestIdentifier().getDisplayName()).startsWith(mistake.caughtBy()))
                // The case has found something: nothing has broken down in the fixture, or in the mistake itself.
                .satisfies(failure -> assertThat(failure.getException())
                        .isInstanceOfAny(AssertionError.class, ConditionTimeoutException.class));
    }

    /** Else a case that fails says nothing of the mistake. */
    @Test
    void withoutAMistake_theSameCasesPass() {
        List<String> cases = Arrays.stream(Mistake.values())
                .map(Mistake::caughtBy)
                .distinct()
                .toList();
        TestExecutionSummary run = run(FileContractTest.class, cases, "none");
        assertThat(run.getFailures()).isEmpty();
        assertThat(run.getTestsSucceededCount()).isEqualTo(cases.size());
    }

    @Test
    void theBackendWithoutAMistake_isAskedForAllCases() {
        assertThat(ContractAudit.faults(FileContractTest.class)).isEmpty();
        assertThat(ContractAudit.skipped(FileContractTest.class)).isEmpty();
        assertThat(ContractAudit.leaves(FileContractTest.class)).isEmpty();
    }

    private static TestExecutionSummary run(
            Class<? extends LockContract> contract, List<String> cases, String mistake) {
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        List<MethodSelector> selectors =
                cases.stream().map(name -> selectMethod(contract, name)).toList();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectors)
                                .configurationParameter(MistakenContract.MISTAKE, mistake)
                                .build(),
                        summary);
        return summary.getSummary();
    }
}
