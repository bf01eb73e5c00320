package dev.pawl.lock.chaos;

import dev.pawl.lock.Acquirable;
import dev.pawl.lock.Capability;
import dev.pawl.lock.DistributedReadWriteLock;
import dev.pawl.lock.DistributedSemaphore;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfig;
import dev.pawl.lock.LockException;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LockTimeoutException;
import dev.pawl.lock.testkit.ChildJvm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/** Takes locks and permits by Pawl, in all the ways there are. Its {@code main} is what a client process runs. */
final class ChaosClient implements Locks {

    private static final long CONNECT_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final LockClient client;
    private final LockOptions renewed;
    private final LockOptions unrenewed;
    private final ScheduledExecutorService alarms = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "alarms");
        thread.setDaemon(true);
        return thread;
    });

    private ChaosClient(LockClient client, Duration lease) {
        this.client = client;
        renewed = LockOptions.builder().leaseTime(lease).build();
        unrenewed = renewed.toBuilder().renewal(false).build();
    }

    public static void main(String[] arguments) throws Exception {
        Workload.run(arguments, ChaosClient::connect);
    }

    /** The service may be away when a process starts. */
    private static Locks connect(Duration lease) {
        LockConfig config = ChildJvm.config().build();
        while (true) {
            try {
                return new ChaosClient(LockClient.connect(config), lease);
            } catch (LockBackendException e) {
                LockSupport.parkNanos(CONNECT_AGAIN_NANOS);
            }
        }
    }

    @Override
    public Optional<Lease> acquire(String name, Optional<Duration> patience, Random random) throws Exception {
        return acquire(client.lock(name, options(random)), patience, random);
    }

    @Override
    public List<Permits> permits() {
        List<Permits> there = new ArrayList<>();
        if (client.guarantees().supports(Capability.SEMAPHORE)) {
            there.add(Permits.PERMITS);
        }
        if (client.guarantees().supports(Capability.READ_WRITE_LOCK)) {
            there.add(Permits.READ_WRITE);
        }
        return there;
    }

    @Override
    public Optional<Lease> acquirePermits(Permits what, int permits, Optional<Duration> patience, Random random)
            throws Exception {
        if (what == Permits.PERMITS) {
            int limit = what.limit() - random.nextInt(2);
            DistributedSemaphore semaphore = client.semaphore(what.lockName(), limit, options(random));
            return acquire(semaphore.permits(permits), patience, random);
        }
        DistributedReadWriteLock both = client.readWriteLock(what.lockName(), options(random));
        return acquire(permits == 1 ? both.readLock() : both.writeLock(), patience, random);
    }

    private LockOptions options(Random random) {
        return random.nextInt(4) > 0 ? renewed : unrenewed;
    }

    private Optional<Lease> acquire(Acquirable<Lease> lock, Optional<Duration> patience, Random random)
            throws Exception {
        if (patience.isEmpty()) {
            return Optional.of(lock.acquire());
        }
        Duration most = patience.get();
        if (most.isZero()) {
            return lock.tryAcquire();
        }
        return switch (random.nextInt(7)) {
            case 0, 1, 2 -> lock.tryAcquire(most);
            case 3, 4 -> {
                try {
                    yield Optional.of(lock.acquire(most));
                } catch (LockTimeoutException e) {
                    yield Optional.empty();
                }
            }
            case 5 -> cancelled(lock.acquireAsync(), most);
            default -> interrupted(lock, most);
        };
    }

    private static Optional<Lease> cancelled(CompletableFuture<Lease> request, Duration after) throws Exception {
        try {
            return Optional.of(request.get(after.toNanos(), TimeUnit.NANOSECONDS));
        } catch (ExecutionException e) {
            throw e.getCause() instanceof LockException fault ? fault : e;
        } catch (TimeoutException e) {
            request.cancel(true);
        }
        try {
            // It may have been granted meanwhile.
            return Optional.of(request.join());
        } catch (CancellationException e) {
            return Optional.empty();
        } catch (CompletionException e) {
            throw e.getCause() instanceof LockException fault ? fault : e;
        }
    }

    private Optional<Lease> interrupted(Acquirable<Lease> lock, Duration after) throws Exception {
        Thread self = Thread.currentThread();
        Future<?> alarm = alarms.schedule(self::interrupt, after.toNanos(), TimeUnit.NANOSECONDS);
        try {
            return Optional.of(lock.acquire());
        } catch (InterruptedException e) {
            return Optional.empty();
        } finally {
            if (!alarm.cancel(false)) {
                while (!alarm.isDone()) {
                    Thread.onSpinWait();
                }
            }
            // It may have come after the grant.
            Thread.interrupted();
        }
    }

    @Override
    public void close() {
        client.close();
        alarms.shutdown();
    }
}
