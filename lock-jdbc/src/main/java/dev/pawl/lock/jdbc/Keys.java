package dev.pawl.lock.jdbc;

import dev.pawl.lock.spi.LockNames;

/** Names of locks as names of rows. */
final class Keys {

    /** What every database here can index and compare as it stands; H2 counts as Java does, an emoji as two. */
    private static final int LONGEST = 255;

    private Keys() {}

    /**
     * {@code <namespace>:<name>}; a name too long for an index, or with a zero character, which PostgreSQL does not store, by
     * its hash: {@code #<namespace>:<SHA-256>}. No namespace begins with {@code #}.
     */
    static String of(String namespace, String name) {
        String plain = namespace + ":" + name;
        boolean storable = plain.length() <= LONGEST && plain.indexOf('\0') < 0;
        return storable ? plain : "#" + namespace + ":" + LockNames.sha256(name);
    }
}
