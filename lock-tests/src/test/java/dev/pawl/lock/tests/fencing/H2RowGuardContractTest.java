package dev.pawl.lock.tests.fencing;

import dev.pawl.lock.fencing.RowFence;
import dev.pawl.lock.tests.ContractOfGuard;
import dev.pawl.lock.tests.GuardContract;
import dev.pawl.lock.tests.GuardFixture;
import dev.pawl.lock.tests.SkippedCase;
import dev.pawl.lock.tests.servers.H2Server;

@ContractOfGuard(RowFence.class)
@SkippedCase(
        value = "concurrentWriters_neverTakeTheStoreBack",
        because =
                "a rollback of H2 takes back what others commit in the same row meanwhile (decision 40, H2RollbackTest)")
@SkippedCase(
        value = "writersThatMakeTheGuardsFirstRecordAtOnce_areOrdered",
        because =
                "a rollback of H2 takes back what others commit in the same row meanwhile (decision 40, H2RollbackTest)")
final class H2RowGuardContractTest extends GuardContract {

    @Override
    protected GuardFixture startStore() {
        return new TableGuardFixture(H2Server.shared(), GuardedRow.class, GuardedRow.STEPS);
    }
}
