package dev.pawl.lock.jdbc;

import dev.pawl.lock.testservers.SqlQuestion;
import dev.pawl.lock.testservers.SqlServer;
import java.util.OptionalInt;

/** A database in lease mode. The server is shared with other test classes: closing this heals it. */
class SqlFixture extends TableFixture {

    private final SqlServer server;

    SqlFixture(SqlServer server, String url) {
        super(url);
        this.server = server;
    }

    final SqlServer server() {
        return server;
    }

    @Override
    final <T> T ask(SqlQuestion<T> question) {
        return server.ask(question);
    }

    @Override
    public final OptionalInt connections() {
        return OptionalInt.of(server.connections());
    }

    @Override
    public final void pauseService() {
        server.pause();
    }

    @Override
    public final void resumeService() {
        server.resume();
    }

    @Override
    public final void killService() {
        server.kill();
    }

    @Override
    public final void startService(boolean keepData) {
        server.restart(keepData);
    }

    @Override
    public boolean tokensOutliveDataLoss() {
        return true;
    }

    @Override
    public void heal() {
        server.heal();
    }

    @Override
    public final void close() {
        heal();
    }
}
