package dev.pawl.lock.zookeeper;

import dev.pawl.lock.chaos.ChaosService;
import dev.pawl.lock.chaos.FaultKind;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testservers.ZooKeeperServers;
import java.util.Optional;

/** Three ZooKeeper servers under faults, whose leader is killed and stopped. Too much for the seconds that every build has. */
@Full
final class ZooKeeperEnsembleChaosTest extends ZooKeeperChaosTest {

    private static final int LEAST_SECONDS = 60;

    private int stops;

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
        ZooKeeperServers servers = servers();
        return super.service()
                .with(FaultKind.KILL_ONE_SERVER, () -> once(servers::killLeader), servers::startMissing)
                .with(FaultKind.STOP_ONE_SERVER, () -> once(this::stopOne), () -> {
                    servers.resume();
                    // Returns when all agree again.
                    servers.startMissing();
                });
    }

    /** The leader, which must not go on as one, and a follower in turns. */
    private void stopOne() {
        if (stops % 2 == 0) {
            servers().pauseLeader();
        } else {
            servers().followerUrl();
            servers().pauseFollower();
        }
        stops++;
    }

    /** There may be an election just now. */
    private static void once(Runnable harm) {
        Bench.await("one server of an ensemble is harmed").ignoreExceptions().until(() -> {
            harm.run();
            return true;
        });
    }
}
