/** What a backend implements. Applications do not need this package. */
@NullMarked
package dev.pawl.lock.spi;

import org.jspecify.annotations.NullMarked;
