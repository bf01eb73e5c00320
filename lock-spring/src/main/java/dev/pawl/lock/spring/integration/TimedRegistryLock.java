package dev.pawl.lock.spring.integration;

import java.time.Duration;
import org.springframework.integration.support.locks.DistributedLock;

/** With a time to live, as Spring Integration 7 has it. Apart, since 6.5 has no such type. */
final class TimedRegistryLock extends RegistryLock implements DistributedLock {

    TimedRegistryLock(Holds holds, String key) {
        super(holds, key);
    }

    @Override
    public void lock(Duration ttl) {
        enter(ttl);
    }

    @Override
    public boolean tryLock(Duration waitTime, Duration ttl) throws InterruptedException {
        return tryEnter(waitTime.isNegative() ? Duration.ZERO : waitTime, ttl);
    }
}
