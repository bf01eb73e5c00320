package dev.pawl.lock;

import dev.pawl.lock.internal.Clients;
import dev.pawl.lock.spi.LockBackend;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The entry to the locks of one service. Make one per application, share it, close it at the end.
 *
 * <pre>{@code
 * try (LockClient locks = LockClient.connect("redis://localhost:6379")) {
 *     DistributedLock lock = locks.lock("inventory/42");
 *     try (Lease lease = lock.acquire()) {
 *         store.write(item, lease.token());
 *     }
 * }
 * }</pre>
 *
 * <p>Two clients are two contenders, in one process or in two. Within a client the threads queue in memory and one of them
 * contends for all, so waiting threads cost neither connections nor polls.
 *
 * <p>Safe for use by several threads.
 */
public interface LockClient extends AutoCloseable {

    /**
     * Connects to the service that {@code url} names: {@code redis:}, {@code rediss:}, {@code redis-sentinel:}, {@code
     * redlock:}, {@code zookeeper:}, {@code jdbc:…} or {@code memory:}. The backend of the scheme must be on the class path.
     *
     * @param url the service, with credentials where it wants them; they are never logged
     * @return a connected client
     * @throws LockConfigException if the URL is malformed or no backend on the class path serves it
     * @throws LockBackendException if the service is unreachable or refuses
     */
    static LockClient connect(String url) {
        return connect(LockConfig.builder().url(url).build());
    }

    /**
     * Connects as {@code config} says.
     *
     * @param config the service and how to use it
     * @return a connected client
     * @throws LockConfigException if a setting is wrong, no backend on the class path serves the URL, or the backend cannot
     *     give what is required
     * @throws LockBackendException if the service is unreachable or refuses
     */
    static LockClient connect(LockConfig config) {
        return Clients.connect(config);
    }

    /**
     * Uses a backend made around a client library's object of your own, with default options. Closing the client closes the
     * backend, which leaves the object that you handed in open.
     *
     * @param backend such as {@code RedisBackend.create(redisClient)}
     * @return a client
     */
    static LockClient using(LockBackend backend) {
        return using(backend, LockOptions.defaults());
    }

    /**
     * Uses a backend made around a client library's object of your own. Closing the client closes the backend, which leaves
     * the object that you handed in open.
     *
     * @param backend such as {@code RedisBackend.create(redisClient)}
     * @param defaults the options of locks that name none
     * @return a client
     */
    static LockClient using(LockBackend backend, LockOptions defaults) {
        return Clients.using(backend, defaults);
    }

    /**
     * Uses a backend made around a client library's object of your own, under a label of your own. Closing the client closes the backend,
     * which leaves the object that you handed in open.
     *
     * @param backend such as {@code RedisBackend.create(redisClient)}
     * @param defaults the options of locks that name none
     * @param holder how this client is called by whoever asks who holds a lock: 1 to 128 characters, no control character among them
     * @return a client
     */
    static LockClient using(LockBackend backend, LockOptions defaults, String holder) {
        return Clients.using(backend, defaults, holder);
    }

    /**
     * A lock with the client's default options. No I/O, and nothing to close or keep.
     *
     * @param name any non-blank string of up to 1,024 characters, case-sensitive, any Unicode
     * @return the lock
     */
    DistributedLock lock(String name);

    /**
     * A lock with options of its own. No I/O, and nothing to close or keep.
     *
     * @param name any non-blank string of up to 1,024 characters, case-sensitive, any Unicode
     * @param options lease time, renewal and the rest
     * @return the lock
     */
    DistributedLock lock(String name, LockOptions options);

    /**
     * A lock on several names, all or none, with the client's default options. A name that is given twice counts once.
     *
     * @param names at least one name, each as for {@link #lock(String)}
     * @return the lock
     */
    MultiLock lockAll(Collection<String> names);

    /**
     * A lock on several names, all or none, with options of its own. A name that is given twice counts once.
     *
     * @param names at least one name, each as for {@link #lock(String)}
     * @param options lease time, renewal and the rest, of each name
     * @return the lock
     */
    MultiLock lockAll(Collection<String> names, LockOptions options);

    /**
     * A semaphore with the client's default options. No I/O, and nothing to close or keep.
     *
     * @param name as for {@link #lock(String)}; a lock of the same name is something else
     * @param limit how many permits may be out at once, from 1 to 1,000,000
     * @return the semaphore
     * @throws LockConfigException if the backend has no semaphores ({@link Capability#SEMAPHORE}), or the options ask for what a semaphore
     *     cannot do
     */
    DistributedSemaphore semaphore(String name, int limit);

    /**
     * A semaphore with options of its own. No I/O, and nothing to close or keep.
     *
     * @param name as for {@link #lock(String)}; a lock of the same name is something else
     * @param limit how many permits may be out at once, from 1 to 1,000,000
     * @param options lease time, renewal and the rest; {@link LockOptions#holdAtLeast()} is refused
     * @return the semaphore
     * @throws LockConfigException if the backend has no semaphores ({@link Capability#SEMAPHORE}), or the options ask for what a semaphore
     *     cannot do
     */
    DistributedSemaphore semaphore(String name, int limit, LockOptions options);

    /**
     * A reader-writer lock with the client's default options. No I/O, and nothing to close or keep.
     *
     * @param name as for {@link #lock(String)}; a lock or a semaphore of the same name is something else
     * @return the lock
     * @throws LockConfigException if the backend has none ({@link Capability#READ_WRITE_LOCK}), or the options ask for what it cannot do
     */
    DistributedReadWriteLock readWriteLock(String name);

    /**
     * A reader-writer lock with options of its own. No I/O, and nothing to close or keep.
     *
     * @param name as for {@link #lock(String)}; a lock or a semaphore of the same name is something else
     * @param options lease time, renewal and the rest; {@link LockOptions#holdAtLeast()} is refused
     * @return the lock
     * @throws LockConfigException if the backend has none ({@link Capability#READ_WRITE_LOCK}), or the options ask for what it cannot do
     */
    DistributedReadWriteLock readWriteLock(String name, LockOptions options);

    /**
     * What the backend can and cannot promise.
     *
     * @return the same value every time
     */
    Guarantees guarantees();

    /**
     * Adds a listener, told of everything from now on.
     *
     * @param listener on which threads it is called, its own documentation says
     */
    void addListener(LockListener listener);

    /**
     * Takes away a listener. What happened before may still be told to it.
     *
     * @param listener one that was added; another is ignored
     */
    void removeListener(LockListener listener);

    /**
     * What this client holds now, and how many of its own requests wait for it. No I/O: what others hold is not in it.
     *
     * @return one entry for each lease that is out, by name; a snapshot
     */
    List<HeldLock> held();

    /**
     * Asks the service who holds a name: {@code lock(name).inspect()}.
     *
     * @param name the lock's name
     * @return as {@link DistributedLock#inspect()}
     * @throws LockConfigException if the backend cannot say
     * @throws LockBackendException if the service is unreachable or refuses
     */
    Optional<LockInfo> inspect(String name);

    /**
     * Asks the service which locks are held now, whoever holds them, of this client's namespace. Looks through what the service has in
     * small steps, all of them within the backend's I/O time limit; an interrupt does not end it. Names that the service keeps by their
     * hash alone are left out: the backend's page says which.
     *
     * @param prefix with which the names begin; empty for all
     * @param limit how many at the most, from 1 to 10,000. If more are held, which of them are told is up to the service
     * @return what the service knows of each, as {@link #inspect} does, by name. Locks may come and go meanwhile
     * @throws LockConfigException if the backend cannot say; nothing was sent then ({@link Capability#LIST})
     * @throws LockBackendException if the service is unreachable or refuses, or has too much to look through
     */
    List<LockInfo> list(String prefix, int limit);

    /**
     * Asks the service whether it is well: reachable, and writable, which a replica is not. One cheap exchange that changes nothing,
     * within the backend's I/O time limit; an interrupt does not end it. Takes no lock. Of a cluster it asks one server; of Redlock,
     * a majority must answer.
     *
     * @return how long the answer took
     * @throws LockBackendException if the service is unreachable, or refuses to write
     * @throws LockClientClosedException if this client is closed
     */
    Duration ping();

    /**
     * Releases what is held (its leases are lost with {@link LossReason#CLIENT_CLOSED}), fails what waits with {@link
     * LockClientClosedException}, and closes the backend. Takes a bounded time, service reachable or not. Idempotent.
     */
    @Override
    void close();
}
