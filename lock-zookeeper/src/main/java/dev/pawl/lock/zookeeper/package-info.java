/** Locks on ZooKeeper, through Curator's client. */
@NullMarked
package dev.pawl.lock.zookeeper;

import org.jspecify.annotations.NullMarked;
