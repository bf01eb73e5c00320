package dev.pawl.lock.benchmarks;

import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.sync.RedisCommands;

/**
 * The floor: the least that a lock on Redis can do, {@code SET NX PX} and a compare-and-delete, with no token, no queue, no
 * renewal and no deadline. One for each thread.
 */
final class BareLock {

    private static final String COMPARE_AND_DELETE =
            "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) else return 0 end";

    private final RedisCommands<String, String> redis;
    private final String sha;
    private final String key;
    private final String[] keys;
    private final String owner;
    private final SetArgs onlyFree = SetArgs.Builder.nx().px(30_000);

    BareLock(RedisCommands<String, String> redis, String key) {
        this.redis = redis;
        this.key = key;
        keys = new String[] {key};
        owner = "owner-of-" + key;
        sha = redis.scriptLoad(COMPARE_AND_DELETE);
    }

    void acquire() {
        String answer = redis.set(key, owner, onlyFree);
        if (answer == null) {
            throw new IllegalStateException("'" + key + "' is held by another: the floor is for uncontended locks");
        }
    }

    void release() {
        Long deleted = redis.evalsha(sha, ScriptOutputType.INTEGER, keys, owner);
        if (deleted != 1) {
            throw new IllegalStateException("'" + key + "' was not ours any more");
        }
    }
}
