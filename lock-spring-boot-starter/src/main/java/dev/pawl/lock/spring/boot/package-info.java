/** Spring Boot's auto-configuration of Pawl. You need no class of this package: settings are the {@code pawl.} properties. */
@NullMarked
package dev.pawl.lock.spring.boot;

import org.jspecify.annotations.NullMarked;
