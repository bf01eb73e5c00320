package dev.pawl.lock.redlock;

import dev.pawl.lock.chaos.ChaosService;
import dev.pawl.lock.chaos.ChaosTest;
import dev.pawl.lock.chaos.FaultKind;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testservers.IndependentRedis;
import dev.pawl.lock.testservers.RedisServers;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Three Redis masters under faults; a client may lose sight of any of them. */
@Full
final class RedlockChaosTest extends ChaosTest {

    /** A dead waiter's entry lives so long where nobody comes by. */
    private static final Duration QUEUE_LIFE = Duration.ofSeconds(12);

    @Override
    protected String name() {
        return "redlock";
    }

    @Override
    protected ChaosService service() {
        IndependentRedis servers = RedisServers.independent(3);
        return ChaosService.of(name(), new RedlockFixture(servers))
                .answeringWithin(RedlockFixture.COLD_IO_LIMIT)
                .with(FaultKind.EMPTY_SERVER)
                .with(FaultKind.CUT_WAKE_UPS)
                .with(FaultKind.END_SESSIONS, servers::cutConnections)
                .with(FaultKind.DEMOTE, () -> servers.demoteOne(0), () -> servers.promoteOne(0))
                .with(FaultKind.KILL_ONE_SERVER, () -> servers.kill(1), () -> servers.start(1, true))
                .with(FaultKind.STOP_ONE_SERVER, () -> servers.pause(2), () -> servers.resume(2))
                .withOperator()
                .oneHolderExceptUnder(FaultKind.EMPTY_SERVER)
                .orderExceptUnder(FaultKind.EMPTY_SERVER)
                .tidyWithin(QUEUE_LIFE);
    }

    /** As its page says: a majority that comes back at once without what it granted. */
    @Test
    void mastersThatRestartWithoutTheirData_giveALockTwice() throws Exception {
        assertBreaks(FaultKind.EMPTY_SERVER, 4);
    }
}
