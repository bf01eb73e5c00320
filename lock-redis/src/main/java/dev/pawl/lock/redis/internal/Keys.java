package dev.pawl.lock.redis.internal;

import org.jspecify.annotations.Nullable;

/**
 * The three keys of one lock. The hash tag is namespace and name, so that Redis Cluster keeps them in one slot; the suffixes
 * stand outside of it, where no name reaches.
 *
 * @param lock the owner, or a reservation
 * @param token the last token granted
 * @param queue who waits, by arrival
 */
public record Keys(String lock, String token, String queue) {

    /**
     * The keys of one lock.
     *
     * @param namespace their prefix
     * @param name any text
     * @return keys that no other name has
     */
    public static Keys of(String namespace, String name) {
        String lock = "{" + namespace + ":" + escape(name) + "}";
        return new Keys(lock, lock + ":t", lock + ":q");
    }

    /**
     * A pattern for the keys of locks whose names begin with a prefix, and for what else such locks have.
     *
     * @param namespace their prefix
     * @param prefix perhaps empty
     * @return a pattern for {@code SCAN}
     */
    public static String pattern(String namespace, String prefix) {
        return "{" + (namespace + ":" + escape(prefix)).replaceAll("[\\\\*?\\[\\]^]", "\\\\$0") + "*";
    }

    /**
     * The name of a lock by its key.
     *
     * @param namespace its prefix
     * @param key any key
     * @return the name, or null if it is no key that says who holds a lock
     */
    public static @Nullable String nameOf(String namespace, String key) {
        String begin = "{" + namespace + ":";
        if (!key.startsWith(begin) || key.indexOf('}') != key.length() - 1 || key.length() == begin.length() + 1) {
            return null;
        }
        return key.substring(begin.length(), key.length() - 1)
                .replace("%7B", "{")
                .replace("%7D", "}")
                .replace("%25", "%");
    }

    /**
     * A key that no lock has, whatever its name: none is blank.
     *
     * @param namespace its prefix
     * @return a key that is never there
     */
    public static String ofNothing(String namespace) {
        return "{" + namespace + ":}";
    }

    /** A hash tag ends at the first closing brace, so a name must not bring its own. */
    private static String escape(String name) {
        if (name.indexOf('{') < 0 && name.indexOf('}') < 0 && name.indexOf('%') < 0) {
            return name;
        }
        return name.replace("%", "%25").replace("{", "%7B").replace("}", "%7D");
    }
}
