package dev.pawl.lock.fencing;

import dev.pawl.lock.spi.LockNames;

/** Names of locks as keys of the fence table. */
final class FenceKeys {

    /** What every database here can index and compare as it stands; H2 counts as Java does, an emoji as two. */
    private static final int LONGEST = 255;

    private static final String HASHED = "sha256:";

    private FenceKeys() {}

    /**
     * The name itself; one that is too long for an index, has a zero character, which PostgreSQL does not store, or looks like a
     * hash, by its hash.
     */
    static String of(String lock) {
        LockNames.check(lock);
        boolean storable = lock.length() <= LONGEST && lock.indexOf('\0') < 0 && !lock.startsWith(HASHED);
        return storable ? lock : HASHED + LockNames.sha256(lock);
    }
}
