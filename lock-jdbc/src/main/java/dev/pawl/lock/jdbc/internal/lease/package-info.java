/** Lease mode: an owner and an expiry in the row of a lock. */
@NullMarked
package dev.pawl.lock.jdbc.internal.lease;

import org.jspecify.annotations.NullMarked;
