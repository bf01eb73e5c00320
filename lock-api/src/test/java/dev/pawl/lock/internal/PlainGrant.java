package dev.pawl.lock.internal;

import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import java.time.Duration;

/** A grant that says whatever the test wants it to. */
record PlainGrant(Contest contest, long firstToken, int tokens, Duration validFor) implements Grant {}
