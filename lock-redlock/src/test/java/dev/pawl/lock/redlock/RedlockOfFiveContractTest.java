package dev.pawl.lock.redlock;

import dev.pawl.lock.redis.RedisContractTest;
import dev.pawl.lock.testkit.BackendFixture;
import dev.pawl.lock.testkit.ContractOf;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testkit.LeavesTo;
import dev.pawl.lock.testkit.LockContract;
import dev.pawl.lock.testkit.Part;
import dev.pawl.lock.testservers.RedisServers;

/** With all five there. */
@ContractOf("redlock")
@Full
@LeavesTo(
        value = RedisContractTest.class,
        part = Part.ENGINE,
        because = "the engine meets answers on another thread there, too")
@LeavesTo(
        value = RedlockOfThreeContractTest.class,
        part = Part.BACKEND,
        because = "only the servers differ: the backend reaches them by the same code")
final class RedlockOfFiveContractTest extends LockContract {

    @Override
    protected BackendFixture startService() {
        return new RedlockFixture(RedisServers.independent(5));
    }
}
