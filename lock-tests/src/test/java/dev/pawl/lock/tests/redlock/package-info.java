/** Redlock put to the test: every topology through the contract. */
@NullMarked
package dev.pawl.lock.tests.redlock;

import org.jspecify.annotations.NullMarked;
