package dev.pawl.lock.redis.internal;

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

    /** A hash tag ends at the first closing brace, so a name must not bring its own. */
    private static String escape(String name) {
        if (name.indexOf('{') < 0 && name.indexOf('}') < 0 && name.indexOf('%') < 0) {
            return name;
        }
        return name.replace("%", "%25").replace("{", "%7B").replace("}", "%7D");
    }
}
