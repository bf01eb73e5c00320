/** Violations, one for each rule of {@code ArchitectureTest}: a rule that does not fail on these is dead. */
@NullMarked
package dev.pawl.lock.tests.planted;

import org.jspecify.annotations.NullMarked;
