package dev.pawl.lock.memory;

import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;

record MemoryGrant(Contest contest, long firstToken, int tokens) implements Grant {}
