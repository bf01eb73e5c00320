/** The contract's chapters about semaphores and reader-writer locks, seen to fail: the service in the JVM with one mistake at a time. */
@NullMarked
package dev.pawl.lock.examples.permits;

import org.jspecify.annotations.NullMarked;
