package dev.pawl.lock.tests.zookeeper;

import dev.pawl.lock.tests.Bench;
import dev.pawl.lock.tests.chaos.ChaosService;
import dev.pawl.lock.tests.chaos.FaultKind;
import dev.pawl.lock.tests.servers.ZooKeeperServers;
import java.util.Optional;

/** Three ZooKeeper servers under faults, whose leader is killed. Too much for the seconds that every build has. */
final class ZooKeeperEnsembleChaosTest extends ZooKeeperChaosTest {

    private static final int LEAST_SECONDS = 60;

    @Override
    ZooKeeperServers servers() {
        return ZooKeeperServers.ensemble();
    }

    @Override
    protected String name() {
        return "zookeeper-ensemble";
    }

    @Override
    protected Optional<String> obstacle() {
        return Integer.getInteger("chaos.seconds", 0) < LEAST_SECONDS
                ? Optional.of("an ensemble wants -Dchaos.seconds of at least " + LEAST_SECONDS)
                : Optional.empty();
    }

    @Override
    protected ChaosService service() {
        return super.service()
                .with(
                        FaultKind.KILL_ONE_SERVER,
                        this::killLeader,
                        () -> servers().startMissing());
    }

    /** There may be an election just now. */
    private void killLeader() {
        Bench.await("a leader is killed").ignoreExceptions().until(() -> {
            servers().killLeader();
            return true;
        });
    }
}
