package dev.pawl.lock.spring.integration;

import org.springframework.integration.support.locks.RenewableLockRegistry;
import org.springframework.util.ClassUtils;

/** Which generation is on the class path. */
final class SpringIntegration {

    private SpringIntegration() {}

    static boolean isSeven() {
        return ClassUtils.isPresent(
                "org.springframework.integration.support.locks.DistributedLock",
                SpringIntegration.class.getClassLoader());
    }

    /** The type has a parameter in 7 only. */
    static RenewableLockRegistry<?> cast(PawlLockRegistry registry) {
        return registry;
    }
}
