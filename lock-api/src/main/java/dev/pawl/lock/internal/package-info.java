/** The engine. Not API: it changes without notice, and nothing outside {@code lock-api} may use it. */
@NullMarked
package dev.pawl.lock.internal;

import org.jspecify.annotations.NullMarked;
