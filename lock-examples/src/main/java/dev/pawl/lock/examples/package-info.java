/** The demo. */
@NullMarked
package dev.pawl.lock.examples;

import org.jspecify.annotations.NullMarked;
