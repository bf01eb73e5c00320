/** JMH benchmarks. */
@NullMarked
package dev.pawl.lock.benchmarks;

import org.jspecify.annotations.NullMarked;
