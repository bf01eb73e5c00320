/** Semaphores and reader-writer locks in lease mode: a table of holds and waiters, and who gets what. */
@NullMarked
package dev.pawl.lock.jdbc.internal.permits;

import org.jspecify.annotations.NullMarked;
