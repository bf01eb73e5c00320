/** Tests of the demo, and of what the documents show. */
@NullMarked
package dev.pawl.lock.examples;

import org.jspecify.annotations.NullMarked;
