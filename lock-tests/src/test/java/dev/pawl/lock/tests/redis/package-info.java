/** Redis put to the test: every topology through the contract. */
@NullMarked
package dev.pawl.lock.tests.redis;

import org.jspecify.annotations.NullMarked;
