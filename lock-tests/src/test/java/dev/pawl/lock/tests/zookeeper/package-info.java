/** ZooKeeper put to the test: one server and an ensemble through the contract. */
@NullMarked
package dev.pawl.lock.tests.zookeeper;

import org.jspecify.annotations.NullMarked;
