/** Scheduled tasks of ShedLock under Pawl's locks. */
@NullMarked
package dev.pawl.lock.shedlock;

import org.jspecify.annotations.NullMarked;
