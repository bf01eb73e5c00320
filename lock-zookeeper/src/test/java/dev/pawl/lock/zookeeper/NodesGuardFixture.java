package dev.pawl.lock.zookeeper;

import dev.pawl.lock.testkit.GuardFixture;
import dev.pawl.lock.testkit.GuardedStore;
import dev.pawl.lock.testservers.ZooKeeperServers;
import java.util.List;
import java.util.Optional;

/** Guarded nodes of one server or several. They are shared with other test classes: closing this heals them. */
final class NodesGuardFixture implements GuardFixture {

    private final ZooKeeperServers servers;

    NodesGuardFixture(ZooKeeperServers servers) {
        this.servers = servers;
    }

    @Override
    public GuardedStore open() throws InterruptedException {
        return new GuardedNodes(servers.addresses());
    }

    @Override
    public List<String> steps() {
        return GuardedNodes.STEPS;
    }

    @Override
    public Optional<InChild> inChild() {
        return Optional.of(new InChild(GuardedNodes.class, servers.addresses()));
    }

    @Override
    public void restartStore() {
        servers.restart(true);
    }

    @Override
    public void heal() {
        servers.heal();
    }

    @Override
    public void close() {
        servers.heal();
    }
}
