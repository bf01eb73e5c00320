/** Locks on one Redis master, Sentinel or Cluster, through lettuce. */
@NullMarked
package dev.pawl.lock.redis;

import org.jspecify.annotations.NullMarked;
