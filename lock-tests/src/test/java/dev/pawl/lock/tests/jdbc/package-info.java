/** SQL databases put to the test: each with its modes and drivers through the contract. */
@NullMarked
package dev.pawl.lock.tests.jdbc;

import org.jspecify.annotations.NullMarked;
