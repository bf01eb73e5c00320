/** The contracts that every backend and every guard passes, and what runs them. */
@NullMarked
package dev.pawl.lock.testkit;

import org.jspecify.annotations.NullMarked;
