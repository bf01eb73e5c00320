package dev.pawl.lock.spring.boot;

import dev.pawl.lock.LockClient;

/**
 * A client that the auto-configuration has made.
 *
 * @param backend a word for what it is over, such as {@code redis}
 * @param client connected
 */
record MadeClient(String backend, LockClient client) {}
