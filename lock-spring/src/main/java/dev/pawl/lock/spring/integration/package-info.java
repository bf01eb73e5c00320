/** Spring Integration on Pawl: a registry of locks, and leaders that tell Spring's events. */
@NullMarked
package dev.pawl.lock.spring.integration;

import org.jspecify.annotations.NullMarked;
