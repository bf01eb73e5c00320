/** The command line: a command that runs under a lock, and what an operator wants to know of locks. */
@NullMarked
package dev.pawl.lock.cli;

import org.jspecify.annotations.NullMarked;
