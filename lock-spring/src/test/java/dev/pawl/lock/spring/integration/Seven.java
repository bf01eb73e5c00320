package dev.pawl.lock.spring.integration;

import dev.pawl.lock.LockClient;
import java.time.Duration;
import org.springframework.integration.support.locks.DistributedLock;
import org.springframework.integration.support.locks.LockRegistry;
import org.springframework.integration.support.locks.RenewableLockRegistry;

/** What names types that only Spring Integration 7 has. */
final class Seven {

    private Seven() {}

    static RenewableLockRegistry<DistributedLock> registry(LockClient client) {
        return new PawlDistributedLockRegistry(client);
    }

    static void lock(LockRegistry<?> registry, String key, Duration timeToLive) {
        ((DistributedLock) registry.obtain(key)).lock(timeToLive);
    }

    static boolean tryLock(LockRegistry<?> registry, String key, Duration timeToLive) throws InterruptedException {
        return ((DistributedLock) registry.obtain(key)).tryLock(Duration.ofSeconds(10), timeToLive);
    }
}
