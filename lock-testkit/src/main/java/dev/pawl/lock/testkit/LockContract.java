package dev.pawl.lock.testkit;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What every backend passes. A backend ships when a subclass of this supplies its service:
 *
 * <pre>{@code
 * @ContractOf("redis")
 * class RedisContractTest extends LockContract {
 *     @Override
 *     protected BackendFixture startService() {
 *         return new RedisFixture();
 *     }
 * }
 * }</pre>
 *
 * <p>The cases are the default methods of the interfaces below: one for each promise, and one for each row or group of rows
 * of the table of semantics. The service is started once for the class, and healed before the first case and by each that harmed
 * it. A case that a backend cannot be asked for is skipped with {@link SkippedCase}, one that another contract proves by the same code
 * is left to that with {@link LeavesTo}, and none is overridden; {@link ContractAudit} sees to it.
 */
@TestInstance(Lifecycle.PER_CLASS)
@ExtendWith(SkippedCaseCondition.class)
@Timeout(150)
public abstract class LockContract
        implements OneHolderContract,
                TokenOrderContract,
                KnownLossContract,
                NothingLeftBehindContract,
                FaultContract,
                TryAcquireContract,
                TimeoutContract,
                BodyContract,
                InterruptContract,
                CancellationContract,
                CloseContract,
                AsLockContract,
                NamesContract,
                ArgumentsContract,
                MultiLockContract,
                FairnessContract,
                WakeUpContract,
                ClientCloseContract,
                ObservabilityContract,
                OperatorContract,
                LeaderContract,
                HoldAtLeastContract,
                RenewContract,
                SemaphoreContract,
                PermitContract,
                ReadWriteContract,
                ScaleContract {

    private @Nullable BackendFixture fixture;
    private @Nullable Bench bench;

    /** Whether the last case has left the service whole; names are of one case, so it needs not be empty. */
    private boolean sound;

    /** For subclasses. */
    protected LockContract() {}

    /**
     * Starts the service under test, once for all cases.
     *
     * @return the running service, closed after the last case
     * @throws Exception if it does not start
     */
    protected abstract BackendFixture startService() throws Exception;

    /**
     * What keeps the service from running on this machine. If there is anything, the whole class is skipped and reports it.
     *
     * <p>For a service that the build cannot bring along. A backend needs another contract that runs everywhere.
     *
     * @return the reason, or empty where the service runs, as most do everywhere
     */
    protected Optional<String> obstacle() {
        return Optional.empty();
    }

    @Override
    public final Bench bench() {
        return Objects.requireNonNull(bench, "bench");
    }

    @BeforeAll
    final void startTheService() throws Exception {
        obstacle().ifPresent(Assumptions::abort);
        fixture = startService();
    }

    @AfterAll
    final void stopTheService() {
        if (fixture != null) {
            fixture.close();
        }
    }

    @BeforeEach
    final void prepare(TestInfo test) {
        BackendFixture service = Objects.requireNonNull(fixture, "fixture");
        if (!sound) {
            service.heal();
        }
        bench = new Bench(service, test.getTestMethod().orElseThrow().getName());
    }

    @AfterEach
    final void tidyUp() {
        sound = false;
        bench().close();
        sound = true;
    }
}
