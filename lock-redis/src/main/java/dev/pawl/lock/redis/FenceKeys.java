package dev.pawl.lock.redis;

import dev.pawl.lock.spi.LockNames;

/** Where the fence of a key is: beside it, in the same slot of a cluster, whatever the key is called. */
final class FenceKeys {

    private FenceKeys() {}

    /**
     * {@code {<hash tag of the key>}:pawl-fence:<lock>}; a key without a hash tag is one as a whole. One fence for each lock, so
     * that tokens of different locks never meet.
     *
     * @throws IllegalArgumentException if the key cannot stand in a hash tag
     */
    static String of(String key, String lock) {
        return "{" + hashTag(key) + "}:pawl-fence:" + LockNames.check(lock);
    }

    /** The part of a key that decides its slot, as in Redis Cluster's specification. */
    private static String hashTag(String key) {
        int open = key.indexOf('{');
        int close = open < 0 ? -1 : key.indexOf('}', open + 1);
        if (close > open + 1) {
            return key.substring(open + 1, close);
        }
        if (key.isEmpty() || key.indexOf('}') >= 0) {
            throw new IllegalArgumentException(
                    "key \"" + key + "\": must not be empty, and needs a hash tag where it has a '}',"
                            + " or its fence could not be in its slot");
        }
        return key;
    }
}
