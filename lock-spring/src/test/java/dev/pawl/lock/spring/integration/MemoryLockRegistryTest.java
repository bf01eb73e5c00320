package dev.pawl.lock.spring.integration;

/** Inside of one JVM. */
final class MemoryLockRegistryTest extends LockRegistrySuite {

    MemoryLockRegistryTest() {
        super("memory:registry");
    }
}
