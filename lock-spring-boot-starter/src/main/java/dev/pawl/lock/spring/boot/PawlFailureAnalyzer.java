package dev.pawl.lock.spring.boot;

import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.LockException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says at the start what to write, in place of a stack trace. */
final class PawlFailureAnalyzer extends AbstractFailureAnalyzer<LockException> {

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, LockException cause) {
        if (cause instanceof NoLockServiceException none) {
            return new FailureAnalysis(none.getMessage(), none.action(), cause);
        }
        if (cause instanceof LockConfigException) {
            return new FailureAnalysis(cause.getMessage(), "Correct this 'pawl.' property.", cause);
        }
        return null;
    }
}
