package dev.pawl.lock.spi;

/**
 * Consecutive tokens that belong to one hold: larger than every token granted for the name before, smaller than every one after.
 *
 * @param first the first, a positive number
 * @param count how many, at least 1
 */
public record TokenBlock(long first, int count) {

    /**
     * Refuses what is no token or no block.
     *
     * @param first as above
     * @param count as above
     */
    public TokenBlock {
        if (first < 1 || count < 1) {
            throw new IllegalArgumentException(
                    "first, count: at least 1 is needed of each, but got " + count + " tokens from " + first);
        }
    }
}
