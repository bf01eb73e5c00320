package dev.pawl.lock.redis;

import dev.pawl.lock.chaos.ChaosService;
import dev.pawl.lock.chaos.ChaosTest;
import dev.pawl.lock.chaos.FaultKind;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testservers.RedisServers;
import dev.pawl.lock.testservers.ReplicatedRedis;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A Redis master and a replica that confirms each grant, under faults; they change places, and the address moves with the master. */
@Full
final class RedisReplicatedChaosTest extends ChaosTest {

    /** A dead waiter's entry lives so long where nobody comes by. */
    private static final Duration QUEUE_LIFE = Duration.ofSeconds(12);

    @Override
    protected String name() {
        return "redis-replicated";
    }

    @Override
    protected ChaosService service() {
        ReplicatedRedis servers = RedisServers.replicated();
        return ChaosService.of(name(), new RedisFixture(servers, 1))
                .with(FaultKind.EMPTY_SERVER)
                .with(FaultKind.CUT_WAKE_UPS)
                .with(FaultKind.END_SESSIONS, servers::cutConnections)
                .with(FaultKind.STOPPED_REPLICA, servers::pauseReplica, servers::resumeReplica)
                .withNetworks(
                        FaultKind.DEMOTE,
                        proxies -> {
                            servers.switchOver();
                            proxies.forEach(proxy -> proxy.leadTo(servers.masterPort()));
                        },
                        () -> {})
                .oneHolderExceptUnder(FaultKind.EMPTY_SERVER)
                .orderExceptUnder(FaultKind.EMPTY_SERVER)
                .tidyWithin(QUEUE_LIFE);
    }

    /** Nothing is granted meanwhile; what was granted before is renewed by its master. */
    @Test
    void aStoppedReplica_costsNoLease() throws Exception {
        assertKeeps(FaultKind.STOPPED_REPLICA);
    }
}
