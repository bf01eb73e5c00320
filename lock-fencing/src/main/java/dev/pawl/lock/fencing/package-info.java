/**
 * Guards at the resource: they refuse a fencing token that is older than the newest that they have seen.
 *
 * <p>{@link dev.pawl.lock.fencing.InMemoryFencingGuard} is for a service that owns its state, {@link
 * dev.pawl.lock.fencing.JdbcFencingGuard} for tables of an SQL database. The guards of Redis and ZooKeeper are in the modules of
 * these backends.
 */
@NullMarked
package dev.pawl.lock.fencing;

import org.jspecify.annotations.NullMarked;
