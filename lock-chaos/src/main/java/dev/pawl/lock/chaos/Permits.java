package dev.pawl.lock.chaos;

/** What several may hold at once in a run, where the service has it: beside the locks, and taken by the same threads. */
enum Permits {
    /**
     * A semaphore. Fewer permits than there are threads in two processes, so that there is always somebody who waits. Some requests know of
     * one permit less.
     */
    PERMITS("permits", 4, 3),

    /** A reader-writer lock: a reader counts as one, a writer as all that there are. */
    READ_WRITE("read-write", 1_000, 1_000);

    private final String lockName;
    private final int limit;
    private final int most;

    Permits(String lockName, int limit, int most) {
        this.lockName = lockName;
        this.limit = limit;
        this.most = most;
    }

    /** Its name, which no lock of a run has. */
    String lockName() {
        return lockName;
    }

    /** How many may be out. */
    int limit() {
        return limit;
    }

    /** The most that are asked for at once. */
    int most() {
        return most;
    }

    static boolean areOf(String lock) {
        return lock.equals(PERMITS.lockName) || lock.equals(READ_WRITE.lockName);
    }

    static Permits of(String lock) {
        return lock.equals(PERMITS.lockName) ? PERMITS : READ_WRITE;
    }
}
