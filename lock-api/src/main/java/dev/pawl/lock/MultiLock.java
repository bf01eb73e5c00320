package dev.pawl.lock;

import java.util.SortedSet;

/**
 * A lock on several names at once: all or none. The names are taken in one canonical order (that of {@link
 * String#compareTo}), the same in every process, so that two overlapping sets cannot deadlock; one timeout bounds the
 * whole. A failed attempt gives back what it had taken.
 */
public interface MultiLock extends Acquirable<MultiLease> {

    /**
     * The names in canonical order, each once.
     *
     * @return an unmodifiable set
     */
    SortedSet<String> names();
}
