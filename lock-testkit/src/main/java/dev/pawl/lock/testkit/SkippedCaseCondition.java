package dev.pawl.lock.testkit;

import java.lang.reflect.Method;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips what {@link SkippedCase} names and what {@link LeavesTo} leaves, and reports the reason. */
final class SkippedCaseCondition implements ExecutionCondition {

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return context.getTestMethod()
                .flatMap(test -> reason(context.getRequiredTestClass(), test))
                .map(ConditionEvaluationResult::disabled)
                .orElseGet(() -> ConditionEvaluationResult.enabled("part of the contract"));
    }

    private static Optional<String> reason(Class<?> contract, Method test) {
        return ContractAudit.skipped(contract).stream()
                .filter(skipped -> skipped.value().equals(test.getName()))
                .map(SkippedCase::because)
                .findFirst()
                .or(() -> ContractAudit.left(contract, test)
                        .map(left -> "proved by " + left.value().getSimpleName() + ": " + left.because()));
    }
}
