package dev.pawl.lock.testkit;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;

/** Helps two threads to meet at every possible instant. */
final class Races {

    private Races() {}

    /** Spins for a random time: parking is far coarser than the windows that are looked for. */
    static void spin(Random random, Duration most) {
        long end = System.nanoTime() + random.nextLong(most.toNanos());
        while (System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }

    static boolean isFree(DistributedLock lock) {
        Optional<Lease> lease = lock.tryAcquire();
        lease.ifPresent(Lease::close);
        return lease.isPresent();
    }
}
