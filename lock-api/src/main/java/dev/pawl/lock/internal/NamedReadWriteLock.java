package dev.pawl.lock.internal;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.DistributedReadWriteLock;
import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.LockKind;
import dev.pawl.lock.LockOptions;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;

/** A reader-writer lock: of as many permits as there may be readers a reader takes one, and a writer all. */
final class NamedReadWriteLock implements DistributedReadWriteLock {

    /** More than can read at once. */
    private static final int ALL = 1_000_000;

    private static final Claim READ = new Claim(LockKind.READ_WRITE, 1, ALL);
    private static final Claim WRITE = new Claim(LockKind.READ_WRITE, ALL, ALL);

    private final Side reading;
    private final Side writing;

    NamedReadWriteLock(Engine engine, String name, LockOptions options) {
        reading = new Side(engine, name, READ, options);
        writing = new Side(engine, name, WRITE, options);
    }

    @Override
    public String name() {
        return reading.name();
    }

    @Override
    public DistributedLock readLock() {
        return reading;
    }

    @Override
    public DistributedLock writeLock() {
        return writing;
    }

    @Override
    public ReadWriteLock asReadWriteLock() {
        return new ReadWriteLock() {
            private final Lock read = reader();
            private final Lock write = writer();

            @Override
            public Lock readLock() {
                return read;
            }

            @Override
            public Lock writeLock() {
                return write;
            }
        };
    }

    private Lock reader() {
        return new ThreadOwnedReader(reading.owned(), writing.owned());
    }

    private Lock writer() {
        return new ThreadOwnedWriter(reading.owned(), writing.owned());
    }

    private final class Side extends NamedAcquirable implements DistributedLock {

        private final Claim claim;

        private Side(Engine engine, String name, Claim claim, LockOptions options) {
            super(engine, name, options);
            this.claim = claim;
        }

        @Override
        Claim claim() {
            return claim;
        }

        private boolean isReader() {
            return claim.equals(READ);
        }

        private ThreadOwnedLock owned() {
            return new ThreadOwnedLock(this, isReader() ? engine().readHolds() : engine().writeHolds());
        }

        @Override
        public Lock asLock() {
            return isReader() ? reader() : writer();
        }

        @Override
        public Optional<LockInfo> inspect() {
            throw refused("inspect");
        }

        @Override
        public Optional<LockInfo> revoke(FencingToken seen, String reason) {
            throw refused("revoke");
        }

        @Override
        public Optional<LockInfo> forceRelease(FencingToken seen, String reason) {
            throw refused("forceRelease");
        }

        private LockConfigException refused(String what) {
            return new LockConfigException(claim.title(name()) + ": " + what
                    + " is not supported by a reader-writer lock; ask LockClient.held() of each process what it holds");
        }
    }
}
