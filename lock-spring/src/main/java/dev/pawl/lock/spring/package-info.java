/** Locks around the methods of Spring beans: {@link dev.pawl.lock.spring.Locked}. */
@NullMarked
package dev.pawl.lock.spring;

import org.jspecify.annotations.NullMarked;
