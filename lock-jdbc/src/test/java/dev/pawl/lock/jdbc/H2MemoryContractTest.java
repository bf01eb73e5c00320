package dev.pawl.lock.jdbc;

import dev.pawl.lock.testkit.BackendFixture;
import dev.pawl.lock.testkit.ContractOf;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testkit.LeavesTo;
import dev.pawl.lock.testkit.LockContract;
import dev.pawl.lock.testkit.Part;
import dev.pawl.lock.testkit.SkippedCase;

/** H2 in this JVM's memory, in lease mode. */
@ContractOf("jdbc")
@SkippedCase(value = "severalJvms_haveOneHolderAtATime", because = H2MemoryContractTest.ONE_JVM)
@SkippedCase(value = "afterTheHoldersJvmIsKilled_theNextTokenIsLarger", because = H2MemoryContractTest.ONE_JVM)
@SkippedCase(value = "aHolderStoppedPastItsLease_knowsAtItsFirstInstruction", because = H2MemoryContractTest.ONE_JVM)
@SkippedCase(value = "aKilledProcess_leavesNothingPastItsLease", because = H2MemoryContractTest.ONE_JVM)
@SkippedCase(value = "aKilledLeader_isReplacedByOneWithALargerTerm", because = H2MemoryContractTest.ONE_JVM)
@SkippedCase(
        value = "aLeaderStoppedPastItsLease_isNoLeaderAtItsFirstInstruction",
        because = H2MemoryContractTest.ONE_JVM)
@SkippedCase(value = "severalJvms_neverHaveMorePermitsThanTheLimit", because = H2MemoryContractTest.ONE_JVM)
@SkippedCase(value = "aKilledProcess_givesItsPermitsBack", because = H2MemoryContractTest.ONE_JVM)
@SkippedCase(value = "aKilledWaiterForMany_doesNotKeepOthersOut", because = H2MemoryContractTest.ONE_JVM)
@SkippedCase(value = "readersAndWritersOfSeveralJvms_areNeverInTogether", because = H2MemoryContractTest.ONE_JVM)
@SkippedCase(value = "aKilledWriter_isOutAfterItsLease", because = H2MemoryContractTest.ONE_JVM)
@SkippedCase(value = "aJvmThatExitsWhenItIsToldOfALoss_ends", because = H2MemoryContractTest.ONE_JVM)
@SkippedCase(
        value = "aMillionNamesUsedOnce_leaveNoMemory",
        because = "the database is in the memory of this JVM, and keeps the row of every name for its tokens")
@Full
@LeavesTo(
        value = H2ContractTest.class,
        part = Part.ENGINE,
        because = "only the servers differ: the backend reaches them by the same code")
@LeavesTo(
        value = H2ContractTest.class,
        part = Part.BACKEND,
        because = "only the servers differ: the backend reaches them by the same code")
final class H2MemoryContractTest extends LockContract {

    static final String ONE_JVM = "the database is in the memory of this JVM: no other process can reach it";

    @Override
    protected BackendFixture startService() throws Exception {
        return new H2MemoryFixture();
    }
}
