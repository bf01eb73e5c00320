/** One exchange with the database: on which thread, within which limit, how often again, and what is said of a fault. */
@NullMarked
package dev.pawl.lock.jdbc.internal.exchange;

import org.jspecify.annotations.NullMarked;
