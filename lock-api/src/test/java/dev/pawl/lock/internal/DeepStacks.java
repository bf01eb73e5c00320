package dev.pawl.lock.internal;

import static dev.pawl.lock.internal.Soon.SOON;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.memory.MemoryBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A process whose threads use a lock at every depth of the stack, and at its end. Ends with 1 if locks cannot be had afterwards.
 *
 * <p>Ends with 1 also if a lease that its holder renewed there is renewed no more.
 *
 * <p>A stack may also end inside the JDK's own locks and queues, and what it leaves half done there is not Pawl's to mend: one
 * round may be lost to that. Without the mending nearly every round is.
 */
final class DeepStacks {

    private static final int ROUNDS = 10;

    private DeepStacks() {}

    public static void main(String[] args) {
        MemoryBackend service = MemoryBackend.create();
        LockOptions brief =
                LockOptions.builder().leaseTime(Duration.ofSeconds(2)).build();
        Engine engine = new Engine(service, brief, Environment.live(service.ticker()));
        List<String> wedged = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            String name = "deep-" + round;
            Thread deep = new Thread(null, () -> down(engine, name), "deep", 200_000 + 512L * round);
            deep.setDaemon(true);
            deep.start();
            Waits.quietly(InThread.call(() -> joined(deep)), SOON.toNanos() * 5);
            if (!canBeHad(engine, name)) {
                wedged.add(name);
            }
        }
        List<String> lost = renewedDeepDown(engine);
        System.out.println("cannot be had again: " + wedged + ", not renewed any more: " + lost);
        System.exit(wedged.size() > 1 || lost.size() > 1 ? 1 : 0);
    }

    /** Leases that their holder renewed where the stack ended: they are renewed in the background all the same. */
    private static List<String> renewedDeepDown(Engine engine) {
        List<Lease> leases = new ArrayList<>();
        for (int round = 0; round < ROUNDS / 2; round++) {
            Lease lease = engine.lock("renewed-" + round).tryAcquire().orElseThrow();
            leases.add(lease);
            Thread deep = new Thread(null, () -> renewDown(lease), "deep", 200_000 + 512L * round);
            deep.setDaemon(true);
            deep.start();
            Waits.quietly(InThread.call(() -> joined(deep)), SOON.toNanos() * 5);
        }
        Waits.quietly(new CompletableFuture<Void>(), Duration.ofSeconds(5).toNanos());
        return leases.stream()
                .filter(lease -> !lease.isValid())
                .map(Lease::name)
                .toList();
    }

    @SuppressWarnings("InfiniteRecursion")
    private static void renewDown(Lease lease) {
        try {
            renewDown(lease);
        } catch (StackOverflowError e) {
            lease.renew(Duration.ofSeconds(2));
        }
    }

    private static boolean canBeHad(Engine engine, String name) {
        CompletableFuture<Boolean> next = InThread.call(() -> {
            engine.lock(name).acquire(Duration.ofSeconds(25)).close();
            return true;
        });
        Waits.quietly(next, Duration.ofSeconds(30).toNanos());
        if (next.isCompletedExceptionally()) {
            next.whenComplete((had, failure) -> failure.printStackTrace(System.out));
        }
        return next.isDone() && !next.isCompletedExceptionally();
    }

    private static boolean joined(Thread thread) throws InterruptedException {
        thread.join();
        return true;
    }

    /** Uses the lock at every depth of the stack, and at its end, which is what it is for. */
    @SuppressWarnings("InfiniteRecursion")
    private static void down(Engine engine, String name) {
        try {
            Optional<Lease> lease = engine.lock(name).tryAcquire();
            lease.ifPresent(Lease::close);
            down(engine, name);
        } catch (StackOverflowError e) {
            return;
        }
    }
}
