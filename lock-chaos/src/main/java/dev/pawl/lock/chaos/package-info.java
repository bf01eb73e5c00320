/**
 * The fault harness: processes that take locks while they, their network and their service are harmed, and a checker that reads
 * what they have written down. A backend is run through it by a subclass of {@link dev.pawl.lock.chaos.ChaosTest}.
 */
@NullMarked
package dev.pawl.lock.chaos;

import org.jspecify.annotations.NullMarked;
