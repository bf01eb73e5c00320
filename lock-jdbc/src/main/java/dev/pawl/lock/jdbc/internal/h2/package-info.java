/** H2's dialect, and the gate that stands in for its row locks. */
@NullMarked
package dev.pawl.lock.jdbc.internal.h2;

import org.jspecify.annotations.NullMarked;
