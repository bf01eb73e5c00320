/** Distributed locks whose fencing tokens only go up: the public API. */
@NullMarked
package dev.pawl.lock;

import org.jspecify.annotations.NullMarked;
