package dev.pawl.lock.fencing;

import dev.pawl.lock.testkit.GuardFixture;
import dev.pawl.lock.testkit.GuardedStore;
import dev.pawl.lock.testservers.SqlServer;
import java.util.List;
import java.util.Optional;

/** A guarded table of one database. The server is shared with other test classes: closing this heals it. */
final class TableGuardFixture implements GuardFixture {

    private final SqlServer server;
    private final String url;
    private final Class<? extends GuardedTable> store;
    private final List<String> steps;

    TableGuardFixture(SqlServer server, Class<? extends GuardedTable> store, List<String> steps) {
        this(server, server.url(), store, steps);
    }

    /** With the URL of another driver. */
    TableGuardFixture(SqlServer server, String url, Class<? extends GuardedTable> store, List<String> steps) {
        this.server = server;
        this.url = url;
        this.store = store;
        this.steps = steps;
    }

    @Override
    public GuardedStore open() throws Exception {
        return store.getDeclaredConstructor(String.class).newInstance(url);
    }

    @Override
    public List<String> steps() {
        return steps;
    }

    @Override
    public Optional<InChild> inChild() {
        return Optional.of(new InChild(store, url));
    }

    @Override
    public void restartStore() {
        server.restart(true);
    }

    @Override
    public void heal() {
        server.heal();
        boolean unused = server.ask(admin -> {
            GuardedTable.create(admin);
            return true;
        });
    }

    @Override
    public void close() {
        server.heal();
    }
}
