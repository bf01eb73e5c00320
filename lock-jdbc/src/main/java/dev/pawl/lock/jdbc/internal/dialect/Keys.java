package dev.pawl.lock.jdbc.internal.dialect;

import dev.pawl.lock.fencing.internal.SqlNames;
import dev.pawl.lock.spi.LockNames;

/** Names of locks as names of rows. */
final class Keys {

    private Keys() {}

    /**
     * {@code <namespace>:<name>}; a name too long for an index, or with a zero character, which PostgreSQL does not store, by
     * its hash: {@code #<namespace>:<SHA-256>}. No namespace begins with {@code #}.
     *
     * @param unicode whether the database stores all of it; otherwise what is not ASCII is hashed, too
     */
    static String of(String namespace, String name, boolean unicode) {
        String plain = namespace + ":" + name;
        return SqlNames.isStorable(plain, unicode) ? plain : "#" + namespace + ":" + LockNames.sha256(name);
    }
}
