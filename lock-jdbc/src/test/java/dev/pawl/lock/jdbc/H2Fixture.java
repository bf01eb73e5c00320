package dev.pawl.lock.jdbc;

import dev.pawl.lock.testservers.H2Server;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** H2 in a process of its own, in lease mode. */
final class H2Fixture extends SqlFixture {

    /** Its few threads serve all requests in turn, and the last of a thousand at a blow has its time, too. */
    private static final Duration IO_LIMIT_IN_LINE = Duration.ofSeconds(4);

    H2Fixture(H2Server server, String url) {
        super(server, url);
    }

    @Override
    public Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>(super.settings());
        settings.put("pawl.jdbc.io-timeout", IO_LIMIT_IN_LINE.toMillis() + "ms");
        return settings;
    }

    @Override
    public Duration ioLimit() {
        return IO_LIMIT_IN_LINE;
    }
}
