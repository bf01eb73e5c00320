package dev.pawl.lock.tests.redlock;

import dev.pawl.lock.tests.BackendFixture;
import dev.pawl.lock.tests.ContractOf;
import dev.pawl.lock.tests.LockContract;
import dev.pawl.lock.tests.servers.RedisServers;
import java.util.Set;

/** Of five masters, one is dead and one is hung all the time: the whole contract holds on the other three. */
@ContractOf("redlock")
final class RedlockWithTwoDownContractTest extends LockContract {

    @Override
    protected BackendFixture startService() {
        return new RedlockFixture(RedisServers.independent(5), Set.of(3), Set.of(4));
    }
}
