package dev.pawl.lock.jdbc;

import dev.pawl.lock.LockClient;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testservers.TcpProxy;
import java.time.Duration;

/** PostgreSQL, which tells of releases on a connection of its own; looks go there too, so round trips are statements. */
@Full
final class PostgresPoolTest extends SqlPool {

    private final TcpProxy proxy;

    PostgresPoolTest() {
        super(new PostgresFixture());
        proxy = clients.closing(TcpProxy.to(fixture.server().port()));
    }

    @Override
    int listeners() {
        return 1;
    }

    @Override
    LockClient counted(String... settings) {
        return clients.connect(proxy.through(fixture.url().orElseThrow()), settings);
    }

    @Override
    long statements() {
        return proxy.roundTrips();
    }

    @Override
    Duration untilQuiet() {
        return Duration.ofSeconds(2);
    }
}
