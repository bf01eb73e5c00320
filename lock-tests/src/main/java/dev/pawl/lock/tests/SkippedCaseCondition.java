package dev.pawl.lock.tests;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips what {@link SkippedCase} names, and reports the reason. */
final class SkippedCaseCondition implements ExecutionCondition {

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return context.getTestMethod()
                .flatMap(test -> ContractAudit.skipped(context.getRequiredTestClass()).stream()
                        .filter(skipped -> skipped.value().equals(test.getName()))
                        .findFirst())
                .map(skipped -> ConditionEvaluationResult.disabled(skipped.because()))
                .orElseGet(() -> ConditionEvaluationResult.enabled("part of the contract"));
    }
}
