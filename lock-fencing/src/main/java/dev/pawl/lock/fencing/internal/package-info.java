/** What guards of tables and locks in tables both need of SQL. No part of the API: lock-jdbc uses it, and nobody else. */
@NullMarked
package dev.pawl.lock.fencing.internal;

import org.jspecify.annotations.NullMarked;
