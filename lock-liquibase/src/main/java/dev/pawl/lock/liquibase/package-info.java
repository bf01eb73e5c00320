/** Liquibase's change log lock as a lock of Pawl. */
@NullMarked
package dev.pawl.lock.liquibase;

import org.jspecify.annotations.NullMarked;
