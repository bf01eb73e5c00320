/** The in-process backend: for tests, demos and programs of a single JVM. */
@NullMarked
package dev.pawl.lock.memory;

import org.jspecify.annotations.NullMarked;
