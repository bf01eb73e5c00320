package dev.pawl.lock.fencing;

import dev.pawl.lock.fencing.internal.SqlNames;
import dev.pawl.lock.spi.LockNames;

/** Names of locks as keys of the fence table. */
final class FenceKeys {

    private static final String HASHED = "sha256:";

    private FenceKeys() {}

    /**
     * The name itself; one that is too long for an index, has a zero character, which PostgreSQL does not store, or looks like a
     * hash, by its hash.
     *
     * @param unicode whether the database stores every character; otherwise what is not ASCII is hashed, too
     */
    static String of(String lock, boolean unicode) {
        LockNames.check(lock);
        boolean storable = SqlNames.isStorable(lock, unicode) && !lock.startsWith(HASHED);
        return storable ? lock : HASHED + LockNames.sha256(lock);
    }
}
