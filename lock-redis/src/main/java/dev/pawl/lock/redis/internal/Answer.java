package dev.pawl.lock.redis.internal;

/** What the numbers of an answer mean. */
@FunctionalInterface
public interface Answer<T> {

    /**
     * Reads an answer.
     *
     * @param numbers what the server said
     * @param sentAgain whether the request was sent more than once, so that an earlier sending may have been carried out and its answer
     *     lost
     */
    T read(long[] numbers, boolean sentAgain);
}
