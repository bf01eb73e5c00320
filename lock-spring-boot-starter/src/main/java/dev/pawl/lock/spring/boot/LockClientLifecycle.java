package dev.pawl.lock.spring.boot;

import dev.pawl.lock.LockClient;
import org.springframework.context.SmartLifecycle;

/**
 * Closes the client after web servers and schedulers have ended their work, and before the Redis client of the application is shut down,
 * which takes place in phase 0 and not with the other beans.
 */
final class LockClientLifecycle implements SmartLifecycle {

    private static final int BEFORE_THE_REDIS_CLIENT = 1_000;

    private final LockClient client;
    private volatile boolean running;

    LockClientLifecycle(LockClient client) {
        this.client = client;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        client.close();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return BEFORE_THE_REDIS_CLIENT;
    }
}
