package dev.pawl.lock.tests.jdbc;

import dev.pawl.lock.tests.SkippedCase;
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
        value = "tenThousandWaitersOnAThousandLocks_costFewThreadsAndConnections",
        because = RowFixture.MANY_CONNECTIONS)
@interface InRowMode {}
