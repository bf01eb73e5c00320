/** Locks on a quorum of independent Redis masters, with fencing tokens. */
@NullMarked
package dev.pawl.lock.redlock;

import org.jspecify.annotations.NullMarked;
