package dev.pawl.lock.jdbc;

import dev.pawl.lock.testkit.SkippedCase;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A contract of row mode: what no database can be asked for there. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@SkippedCase(value = "aRestartShorterThanTheLease_isSurvived", because = RowFixture.ONE_CONNECTION)
@SkippedCase(value = "aRenewalThatFails_isToldAndDoesNotEndRenewal", because = RowFixture.ONE_CONNECTION)
@SkippedCase(value = "handOff_needsNoService", because = RowFixture.ASKS_EACH_TIME)
@SkippedCase(value = "aThousandHolds_areAllRenewed", because = RowFixture.MANY_CONNECTIONS)
@SkippedCase(
        value = "tenThousandWaitersOnHundredsOfLocks_costFewThreadsAndConnections",
        because = RowFixture.MANY_CONNECTIONS)
@SkippedCase(value = "closeOfALeaseThatTheServiceDoesNotHave_tellsTheLoss", because = RowFixture.BROKEN_COMMIT)
@SkippedCase(
        value = "asynchronousReleaseOfALeaseThatTheServiceDoesNotHave_failsWithTheLoss",
        because = RowFixture.BROKEN_COMMIT)
@SkippedCase(value = "unlockOfALockThatTheServiceDoesNotHave_tellsTheLoss", because = RowFixture.BROKEN_COMMIT)
@SkippedCase(
        value = "closeOfSeveralNames_ofWhichTheServiceDoesNotHaveOne_tellsTheLoss",
        because = RowFixture.BROKEN_COMMIT)
@interface InRowMode {}
