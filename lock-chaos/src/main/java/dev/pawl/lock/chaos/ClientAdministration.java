package dev.pawl.lock.chaos;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.testkit.BackendFixture;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** An operator with a client of Pawl, on a connection that no fault of a client's network harms. */
final class ClientAdministration implements Administration {

    private static final String PREFIX = "lock-";
    private static final int MOST = 100;
    private static final String REASON = "an operator under load";

    private final LockClient client;

    private ClientAdministration(LockClient client) {
        this.client = client;
    }

    static Administration connect(BackendFixture fixture) {
        return new ClientAdministration(LockClient.using(fixture.newBackend(), LockOptions.defaults()));
    }

    @Override
    public List<FencingToken> held(Random random) {
        List<LockInfo> listed = client.list(PREFIX, MOST);
        if (listed.isEmpty() || random.nextBoolean()) {
            return listed.stream().map(LockInfo::token).toList();
        }
        String name = listed.get(random.nextInt(listed.size())).name();
        return client.inspect(name).map(LockInfo::token).stream().toList();
    }

    @Override
    public Optional<FencingToken> takeAway(FencingToken seen, boolean atOnce) {
        var lock = client.lock(seen.lock());
        return (atOnce ? lock.forceRelease(seen, REASON) : lock.revoke(seen, REASON)).map(LockInfo::token);
    }

    @Override
    public void close() {
        client.close();
    }
}
