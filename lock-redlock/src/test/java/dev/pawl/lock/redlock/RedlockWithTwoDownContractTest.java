package dev.pawl.lock.redlock;

import dev.pawl.lock.redis.RedisContractTest;
import dev.pawl.lock.testkit.BackendFixture;
import dev.pawl.lock.testkit.ContractOf;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testkit.LeavesTo;
import dev.pawl.lock.testkit.LockContract;
import dev.pawl.lock.testkit.Part;
import dev.pawl.lock.testservers.RedisServers;
import java.util.Set;

/** Of five masters, one is dead and one is hung all the time: the whole contract holds on the other three. */
@ContractOf("redlock")
@Full
@LeavesTo(
        value = RedisContractTest.class,
        part = Part.ENGINE,
        because = "the engine meets answers on another thread there, too")
final class RedlockWithTwoDownContractTest extends LockContract {

    @Override
    protected BackendFixture startService() {
        return new RedlockFixture(RedisServers.independent(5), Set.of(3), Set.of(4));
    }
}
