package dev.pawl.lock.tests.redlock;

import dev.pawl.lock.tests.BackendFixture;
import dev.pawl.lock.tests.ContractOf;
import dev.pawl.lock.tests.LockContract;
import dev.pawl.lock.tests.servers.RedisServers;

/** With all five there. */
@ContractOf("redlock")
final class RedlockOfFiveContractTest extends LockContract {

    @Override
    protected BackendFixture startService() {
        return new RedlockFixture(RedisServers.independent(5));
    }
}
