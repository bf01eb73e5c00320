package dev.pawl.lock.tests.redlock;

import dev.pawl.lock.tests.BackendFixture;
import dev.pawl.lock.tests.ContractOf;
import dev.pawl.lock.tests.LockContract;
import dev.pawl.lock.tests.servers.RedisServers;
import java.util.Optional;

/** With all five there, which to the algorithm is three and two more; that five do with two down is looked at in every build. */
@ContractOf("redlock")
final class RedlockOfFiveContractTest extends LockContract {

    private static final String WHICH = "pawl.contracts";

    @Override
    protected Optional<String> obstacle() {
        return "all".equals(System.getProperty(WHICH))
                ? Optional.empty()
                : Optional.of("takes minutes that a build does not have; runs with -D" + WHICH + "=all");
    }

    @Override
    protected BackendFixture startService() {
        return new RedlockFixture(RedisServers.independent(5));
    }
}
