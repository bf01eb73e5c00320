/** Connections: from where they come, and how they go back. */
@NullMarked
package dev.pawl.lock.jdbc.internal.pool;

import org.jspecify.annotations.NullMarked;
