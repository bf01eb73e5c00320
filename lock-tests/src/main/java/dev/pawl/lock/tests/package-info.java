/** The contract that every backend passes, and the servers it runs on. */
@NullMarked
package dev.pawl.lock.tests;

import org.jspecify.annotations.NullMarked;
