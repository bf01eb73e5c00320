package dev.pawl.lock.redis;

import dev.pawl.lock.redis.internal.Script;

/**
 * Scripts with the guard in front of them. The guard is a file of its own, and so is what stands behind it, but for the scripts of
 * applications.
 */
final class FencedScript {

    private static final String FENCE = Script.read(FencedScript.class, "fence.lua");

    static final Script CHECK = behindFence("fenced-check.lua");
    static final Script SET = behindFence("fenced-set.lua");
    static final Script HSET = behindFence("fenced-hset.lua");

    /** The only one without the guard in front of it. */
    static final Script RESET = Script.ofSource(Script.read(FencedScript.class, "fence-reset.lua"));

    private FencedScript() {}

    private static Script behindFence(String file) {
        return of(Script.read(FencedScript.class, file));
    }

    static Script of(String body) {
        return Script.ofSource(FENCE + body);
    }
}
