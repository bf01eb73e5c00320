package dev.pawl.lock.chaos;

/** The semaphore of a run, where the service has any: beside the locks, and taken by the same threads. */
final class Permits {

    /** Its name, which no lock of a run has. */
    static final String NAME = "permits";

    /** How many may be out. Fewer than there are threads in two processes, so that there is always somebody who waits. */
    static final int LIMIT = 4;

    /** The most that are asked for at once: no more than the lower limit that some requests know. */
    static final int MOST = 3;

    private Permits() {}

    static boolean isOf(String lock) {
        return lock.equals(NAME);
    }
}
