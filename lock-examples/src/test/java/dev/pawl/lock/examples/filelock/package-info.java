/** A small backend of one's own, over files, and what the test kit finds when it is mistaken. Not for use: read it beside {@code docs/test-a-backend.md}. */
@NullMarked
package dev.pawl.lock.examples.filelock;

import org.jspecify.annotations.NullMarked;
