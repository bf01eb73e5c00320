/** Leader election: one process of several leads, and each knows whether it is the one. */
@NullMarked
package dev.pawl.lock.leader;

import org.jspecify.annotations.NullMarked;
