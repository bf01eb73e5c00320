/** Guards put to the test, each on its real store. */
@NullMarked
package dev.pawl.lock.tests.fencing;

import org.jspecify.annotations.NullMarked;
