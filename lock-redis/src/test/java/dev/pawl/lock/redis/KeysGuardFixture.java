package dev.pawl.lock.redis;

import dev.pawl.lock.testkit.GuardFixture;
import dev.pawl.lock.testkit.GuardedStore;
import dev.pawl.lock.testservers.RedisServers;
import java.util.List;
import java.util.Optional;

/** Guarded keys in one of Redis's topologies. The servers are shared with other test classes: closing this heals them. */
final class KeysGuardFixture implements GuardFixture {

    private final RedisServers servers;

    KeysGuardFixture(RedisServers servers) {
        this.servers = servers;
    }

    @Override
    public GuardedStore open() {
        return new GuardedKeys(servers.url());
    }

    @Override
    public List<String> steps() {
        return GuardedKeys.STEPS;
    }

    @Override
    public Optional<InChild> inChild() {
        return Optional.of(new InChild(GuardedKeys.class, servers.url()));
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
