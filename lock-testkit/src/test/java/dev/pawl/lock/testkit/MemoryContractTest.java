package dev.pawl.lock.testkit;

@ContractOf("memory")
@SkippedCase(value = "severalJvms_haveOneHolderAtATime", because = MemoryContractTest.ONE_JVM)
@SkippedCase(value = "afterTheHoldersJvmIsKilled_theNextTokenIsLarger", because = MemoryContractTest.ONE_JVM)
@SkippedCase(value = "aHolderStoppedPastItsLease_knowsAtItsFirstInstruction", because = MemoryContractTest.ONE_JVM)
@SkippedCase(value = "aKilledProcess_leavesNothingPastItsLease", because = MemoryContractTest.ONE_JVM)
@SkippedCase(value = "aKilledLeader_isReplacedByOneWithALargerTerm", because = MemoryContractTest.ONE_JVM)
@SkippedCase(value = "aLeaderStoppedPastItsLease_isNoLeaderAtItsFirstInstruction", because = MemoryContractTest.ONE_JVM)
@SkippedCase(value = "severalJvms_neverHaveMorePermitsThanTheLimit", because = MemoryContractTest.ONE_JVM)
@SkippedCase(value = "aKilledProcess_givesItsPermitsBack", because = MemoryContractTest.ONE_JVM)
@SkippedCase(value = "aKilledWaiterForMany_doesNotKeepOthersOut", because = MemoryContractTest.ONE_JVM)
@SkippedCase(value = "readersAndWritersOfSeveralJvms_areNeverInTogether", because = MemoryContractTest.ONE_JVM)
@SkippedCase(value = "aKilledWriter_isOutAfterItsLease", because = MemoryContractTest.ONE_JVM)
@SkippedCase(value = "aJvmThatExitsWhenItIsToldOfALoss_ends", because = MemoryContractTest.ONE_JVM)
public final class MemoryContractTest extends LockContract {

    static final String ONE_JVM = "the service lives in this JVM: no other process can reach it";

    @Override
    protected BackendFixture startService() {
        return new MemoryFixture();
    }
}
