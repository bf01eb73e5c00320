package dev.pawl.lock.redis;

import dev.pawl.lock.chaos.ChaosService;
import dev.pawl.lock.chaos.ChaosTest;
import dev.pawl.lock.chaos.FaultKind;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testservers.RedisServers;
import dev.pawl.lock.testservers.SingleRedis;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** One Redis server under faults. */
@Full
final class RedisChaosTest extends ChaosTest {

    /** A dead waiter's entry lives so long where nobody comes by. */
    private static final Duration QUEUE_LIFE = Duration.ofSeconds(12);

    @Override
    protected String name() {
        return "redis";
    }

    @Override
    protected ChaosService service() {
        SingleRedis servers = RedisServers.single();
        return ChaosService.of(name(), new RedisFixture(servers))
                .with(FaultKind.EMPTY_SERVER)
                .with(FaultKind.CUT_WAKE_UPS)
                .withOperator()
                .with(FaultKind.END_SESSIONS, servers::cutConnections)
                .with(FaultKind.DEMOTE, servers::demote, servers::promote)
                .oneHolderExceptUnder(FaultKind.EMPTY_SERVER)
                .orderExceptUnder(FaultKind.EMPTY_SERVER)
                .tidyWithin(QUEUE_LIFE);
    }

    /** As its page says. */
    @Test
    void aRestartWithoutItsData_givesALockTwice() throws Exception {
        assertBreaks(FaultKind.EMPTY_SERVER, 4);
    }
}
