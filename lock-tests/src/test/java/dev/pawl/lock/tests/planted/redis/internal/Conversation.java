package dev.pawl.lock.tests.planted.redis.internal;

import org.jspecify.annotations.Nullable;

/** Stands for what two backends share. */
public final class Conversation {

    /** Something to depend on. */
    public @Nullable String said;
}
