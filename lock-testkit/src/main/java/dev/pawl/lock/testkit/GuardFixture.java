package dev.pawl.lock.testkit;

import java.util.List;
import java.util.Optional;

/** A store under test with a guard before it, and the harm that can be done to it. Healed before the first case and after harm. */
public interface GuardFixture extends AutoCloseable {

    /**
     * What one more process of an application would have.
     *
     * @return a store of its own, closed by the caller
     * @throws Exception if it cannot be had
     */
    GuardedStore open() throws Exception;

    /**
     * The steps of a write, as {@link GuardedStore#write} names them.
     *
     * @return their names in order
     */
    List<String> steps();

    /**
     * What a child JVM makes its store of.
     *
     * @return the class with its URL, or empty where the store lives in this JVM
     */
    Optional<InChild> inChild();

    /**
     * How a child JVM reaches the store.
     *
     * @param store has a constructor that takes the URL
     * @param url where the store is
     */
    record InChild(Class<? extends GuardedStore> store, String url) {}

    /** Kills the server of the store and starts it again with its data. */
    void restartStore();

    /** Undoes every harm, so that the next case starts on a working, empty store. */
    void heal();

    @Override
    void close();
}
