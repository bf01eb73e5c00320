package dev.pawl.lock.examples.permits;

/** What somebody who writes a semaphore gets wrong, and the case of the contract whose name says so. */
enum PermitMistake {
    ONE_MORE_THAN_THE_LIMIT_IS_GIVEN("permits_areGivenUpToTheLimit_andNoMore"),
    ONE_PERMIT_IS_TAKEN_FOR_SEVERAL("severalPermits_areTakenAllOrNone"),
    THE_FIRST_LIMIT_STAYS_WHEN_IT_IS_LOWERED("aLowerLimit_waitsForHolders"),
    THE_FIRST_LIMIT_STAYS_WHEN_IT_IS_RAISED("aHigherLimit_isHadAtOnce"),
    NOBODY_KEEPS_ITS_PLACE("aRequestForMany_isNotOvertakenByLaterOnesForFew"),
    NOBODY_IS_WOKEN("releasedPermits_wakeAllForWhomThereIsRoom"),
    A_DEAD_HOLDER_KEEPS_ITS_PERMITS("permitsThatNobodyRenewsOrReleases_areFreeAfterTheirLease"),
    A_RENEWAL_IS_FORGOTTEN("permits_areRenewedLongPastTheirLeaseTime"),
    AN_UNDO_IS_FORGOTTEN("aRequestForPermitsThatIsInterruptedOrCancelled_leavesNothingBehind"),
    A_RELEASE_OF_NOTHING_HAS_RELEASED("permitsThatWereGoneAtTheirRelease_areALoss"),
    THE_LOCK_OF_THAT_NAME_IS_TAKEN("aSemaphoreAndALockOfOneName_haveNothingToDoWithEachOther"),
    A_SECOND_ATTEMPT_IS_A_SECOND_GRANT("aRepeatedAttempt_hasTheSamePermits"),
    A_WRITER_IS_ONE_OF_MANY("manyReaders_orOneWriter"),
    READERS_PASS_A_WAITING_WRITER("aWaitingWriter_isNotOvertakenByLaterReaders");

    private final String caughtBy;

    PermitMistake(String caughtBy) {
        this.caughtBy = caughtBy;
    }

    String caughtBy() {
        return caughtBy;
    }
}
