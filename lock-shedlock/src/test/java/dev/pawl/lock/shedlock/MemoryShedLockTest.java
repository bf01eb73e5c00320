package dev.pawl.lock.shedlock;

/** Within one JVM. */
final class MemoryShedLockTest extends ShedLockSuite {

    MemoryShedLockTest() {
        super("memory:shedlock");
    }
}
