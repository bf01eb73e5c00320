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
        because = "on H2 2.5 a late token was let in, once in some 500 runs of this (decision 40)")
@SkippedCase(
        value = "writersThatMakeTheGuardsFirstRecordAtOnce_areOrdered",
        because = "on H2 2.5 a late token was let in, once in some 500 runs of this (decision 40)")
final class H2RowGuardContractTest extends GuardContract {

    @Override
    protected GuardFixture startStore() {
        return new TableGuardFixture(H2Server.shared(), GuardedRow.class, GuardedRow.STEPS);
    }
}
