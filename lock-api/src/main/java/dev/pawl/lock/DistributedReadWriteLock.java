package dev.pawl.lock;

import java.util.concurrent.locks.ReadWriteLock;

/**
 * A reader-writer lock on one name, shared by every process that uses the same backend and namespace: many readers, or one writer.
 *
 * <pre>{@code
 * DistributedReadWriteLock catalogue = locks.readWriteLock("catalogue");
 * try (Lease reading = catalogue.readLock().acquire()) {
 *     show(store.read(item));
 * }
 * try (Lease writing = catalogue.writeLock().acquire()) {
 *     store.write(item, writing.token());
 * }
 * }</pre>
 *
 * <p>Every request stands in the service's queue by itself. A writer that waits is not overtaken by readers that come later, between
 * processes either where {@link Guarantees#order()} is first come, first served.
 *
 * <p>A token is larger than those of all grants before, whether to read or to write. Give those of writers to guards. A reader's token must not
 * be given to a guard: it would shut out a reader that came before and still reads.
 *
 * <p>A lease belongs to whoever holds the {@link Lease}, not to a thread. Whoever holds one to read and asks to write waits for himself, for
 * ever: there is no upgrade. Nor is there a second lease for a writer: the thread-owned view below knows that a writer may read, leases do not.
 *
 * <p>It has nothing to do with the lock or the semaphore of the same name. {@link DistributedLock#inspect()}, {@link
 * DistributedLock#revoke} and {@link DistributedLock#forceRelease} of its two locks are refused with a {@link LockConfigException}. The object
 * itself holds nothing. Safe for use by several threads.
 */
public interface DistributedReadWriteLock {

    /**
     * The name as it was given.
     *
     * @return the name
     */
    String name();

    /**
     * For those who only read: as many as like, while nobody writes.
     *
     * @return the lock; its {@link DistributedLock#asLock()} is the read lock of {@link #asReadWriteLock()}
     */
    DistributedLock readLock();

    /**
     * For one who writes, while nobody else writes or reads.
     *
     * @return the lock; its {@link DistributedLock#asLock()} is the write lock of {@link #asReadWriteLock()}
     */
    DistributedLock writeLock();

    /**
     * A view as {@code java.util.concurrent} knows it: owned by a thread, reentrant within the client.
     *
     * <p>A thread that holds the write lock may take the read lock as well, without I/O, and may then let go of the write lock: what it has read
     * cannot have changed in between. The service keeps it as a writer, and others out, until it has let go of both. A thread that holds the
     * read lock cannot take the write lock: {@code lock()} and {@code lockInterruptibly()} throw {@link IllegalStateException}, {@code
     * tryLock} returns false. The rest is as in {@link DistributedLock#asLock()}.
     *
     * @return the view
     */
    ReadWriteLock asReadWriteLock();
}
