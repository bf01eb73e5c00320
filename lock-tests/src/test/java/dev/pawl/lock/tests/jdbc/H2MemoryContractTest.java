package dev.pawl.lock.tests.jdbc;

import dev.pawl.lock.tests.BackendFixture;
import dev.pawl.lock.tests.ContractOf;
import dev.pawl.lock.tests.LockContract;
import dev.pawl.lock.tests.SkippedCase;

/** H2 in this JVM's memory, in lease mode. */
@ContractOf("jdbc")
@SkippedCase(value = "severalJvms_haveOneHolderAtATime", because = H2MemoryContractTest.ONE_JVM)
@SkippedCase(value = "afterTheHoldersJvmIsKilled_theNextTokenIsLarger", because = H2MemoryContractTest.ONE_JVM)
@SkippedCase(value = "aHolderStoppedPastItsLease_knowsAtItsFirstInstruction", because = H2MemoryContractTest.ONE_JVM)
@SkippedCase(value = "aKilledProcess_leavesNothingPastItsLease", because = H2MemoryContractTest.ONE_JVM)
@SkippedCase(
        value = "aMillionNamesUsedOnce_leaveNoMemory",
        because = "the database is in the memory of this JVM, and keeps the row of every name for its tokens")
final class H2MemoryContractTest extends LockContract {

    static final String ONE_JVM = "the database is in the memory of this JVM: no other process can reach it";

    @Override
    protected BackendFixture startService() throws Exception {
        return new H2MemoryFixture();
    }
}
