/** Row mode: an open transaction that has locked the row of a lock. */
@NullMarked
package dev.pawl.lock.jdbc.internal.row;

import org.jspecify.annotations.NullMarked;
