/** Those who wait for a lock or for permits: how they hear of their turn. */
@NullMarked
package dev.pawl.lock.jdbc.internal.waiting;

import org.jspecify.annotations.NullMarked;
