package dev.pawl.lock.jdbc.internal.lease;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The last use of each lock by this client. From the tokens it follows whether another client had the lock between two uses; where none had,
 * the next is likely to find the lock free too, and the {@linkplain dev.pawl.lock.jdbc.internal.dialect.ShortPath short path} is tried.
 * A wrong guess costs one round trip, and nothing else: the statement decides. Safe for use by several threads.
 */
final class OwnUses {

    /** Some hundred bytes each. */
    private static final int MOST = 20_000;

    private final Map<String, Use> uses = new ConcurrentHashMap<>();

    /**
     * A use that has ended.
     *
     * @param token its last token
     * @param again whether no other client had the lock since the use before
     */
    record Use(long token, boolean again) {}

    /** The last use of a lock, which is forgotten with it: an attempt that is not granted begins anew. Null if nothing is known. */
    @Nullable
    Use take(String key) {
        return uses.remove(key);
    }

    /** Notes a use that has just ended. */
    void ended(String key, Use use) {
        if (uses.size() >= MOST) {
            // Two more uses of a lock tell as much again.
            uses.clear();
        }
        uses.put(key, use);
    }
}
