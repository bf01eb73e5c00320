package dev.pawl.lock.fencing;

import dev.pawl.lock.testkit.ContractOfGuard;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testkit.GuardContract;
import dev.pawl.lock.testkit.GuardFixture;
import dev.pawl.lock.testkit.SkippedCase;
import dev.pawl.lock.testservers.H2Server;

@ContractOfGuard(RowFence.class)
@SkippedCase(
        value = "concurrentWriters_neverTakeTheStoreBack",
        because =
                "a rollback of H2 takes back what others commit in the same row meanwhile (decision 40, H2RollbackTest)")
@SkippedCase(
        value = "writersThatMakeTheGuardsFirstRecordAtOnce_areOrdered",
        because =
                "a rollback of H2 takes back what others commit in the same row meanwhile (decision 40, H2RollbackTest)")
@Full
final class H2RowGuardContractTest extends GuardContract {

    @Override
    protected GuardFixture startStore() {
        return new TableGuardFixture(H2Server.shared(), GuardedRow.class, GuardedRow.STEPS);
    }
}
