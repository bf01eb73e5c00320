/** The command line, mostly as processes of its own. */
@NullMarked
package dev.pawl.lock.cli;

import org.jspecify.annotations.NullMarked;
