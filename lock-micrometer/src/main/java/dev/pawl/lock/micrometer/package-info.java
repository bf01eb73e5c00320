/** Meters of what the locks of a client do. */
@NullMarked
package dev.pawl.lock.micrometer;

import org.jspecify.annotations.NullMarked;
