package dev.pawl.lock.examples.permits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

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

/** A semaphore with a mistake fails the contract, by a case whose name tells its author what is wrong. */
class PermitMistakesTest {

    @ParameterizedTest
    @EnumSource
    void everyMistake_failsTheCaseThatNamesIt(PermitMistake mistake) {
        TestExecutionSummary run = run(List.of(mistake.caughtBy()), mistake.name());
        assertThat(run.getTestsStartedCount()).isOne();
        assertThat(run.getFailures())
                .singleElement()
                // The case has found something: nothing has broken down in the fixture, or in the mistake itself.
                .satisfies(failure -> assertThat(failure.getException())
                        .isInstanceOfAny(AssertionError.class, ConditionTimeoutException.class));
    }

    /** Else a case that fails says nothing of the mistake. */
    @Test
    void withoutAMistake_theSameCasesPass() {
        List<String> cases = Arrays.stream(PermitMistake.values())
                .map(PermitMistake::caughtBy)
                .distinct()
                .toList();
        TestExecutionSummary run = run(cases, "");
        assertThat(run.getFailures()).isEmpty();
        assertThat(run.getTestsSucceededCount()).isEqualTo(cases.size());
    }

    private static TestExecutionSummary run(List<String> cases, String mistake) {
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        List<MethodSelector> selectors = cases.stream()
                .map(name -> selectMethod(MistakenPermitsContract.class, name))
                .toList();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectors)
                                .configurationParameter(MistakenPermitsContract.MISTAKE, mistake)
                                .build(),
                        summary);
        return summary.getSummary();
    }
}
