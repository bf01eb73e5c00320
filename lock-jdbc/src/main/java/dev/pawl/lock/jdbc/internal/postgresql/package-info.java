/** PostgreSQL's dialect, its queue, and what it tells of its turn. */
@NullMarked
package dev.pawl.lock.jdbc.internal.postgresql;

import org.jspecify.annotations.NullMarked;
