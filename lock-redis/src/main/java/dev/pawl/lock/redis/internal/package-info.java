/** The conversation with one Redis server, for {@code lock-redis} and {@code lock-redlock} alone. */
@NullMarked
package dev.pawl.lock.redis.internal;

import org.jspecify.annotations.NullMarked;
