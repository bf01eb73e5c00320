package dev.pawl.lock.jdbc;

import dev.pawl.lock.Guarantees;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.spi.TokenBlock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** How a lock is held: see {@link JdbcBackend.Mode}. The methods are those of the backend. */
interface HoldMode extends AutoCloseable {

    Guarantees guarantees();

    Contender join(Contest contest, String key);

    CompletionStage<Map<Grant, RenewalOutcome>> renew(Collection<Grant> due, Executor blocking);

    CompletionStage<ReleaseOutcome> release(Grant grant, Executor blocking);

    default CompletionStage<Optional<TokenBlock>> extend(Grant grant, int tokens, Executor blocking) {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    /** Whether {@link #attemptAll} is one exchange. */
    default boolean canAttemptAll() {
        return false;
    }

    /** All or none; empty if not all were free. */
    default CompletionStage<List<Grant>> attemptAll(List<Contender> contenders, Executor blocking) {
        return CompletableFuture.completedFuture(List.of());
    }

    @Override
    void close();
}
