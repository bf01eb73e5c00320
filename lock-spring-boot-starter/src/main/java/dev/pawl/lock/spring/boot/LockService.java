package dev.pawl.lock.spring.boot;

import dev.pawl.lock.LockClient;

/**
 * The client of the application, and what it is over.
 *
 * @param backend a word for meters and the endpoint, such as {@code redis}
 * @param client connected
 */
record LockService(String backend, LockClient client) {}
