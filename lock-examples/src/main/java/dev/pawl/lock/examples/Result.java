package dev.pawl.lock.examples;

/**
 * What the three acts came to.
 *
 * @param without the first act
 * @param with the second act
 * @param late the third act
 */
record Result(Sale without, Sale with, LateWrite late) {

    /**
     * One sale.
     *
     * @param stock the pieces that there were to sell
     * @param left the pieces that are left, by the books
     * @param tally what the receipts say
     * @param seconds how long it took
     */
    record Sale(long stock, long left, Tally tally, double seconds) {

        long perSecond() {
            return Math.round(tally.sold() / Math.max(seconds, 1e-3));
        }

        boolean isExact() {
            return tally.twice() == 0 && tally.sold() + tally.missing() + left == stock;
        }
    }

    /**
     * One late write, made at two shops whose books are at the lock service.
     *
     * @param guard the guard of one of them, by its class
     * @param token the token of the holder that was stopped
     * @param newest the token of the holder after it
     * @param open what the shop without a guard shows
     * @param guarded what the shop with the guard shows
     * @param refused whether the guard refused the write
     * @param loss how the stopped holder learned that it had lost its lease
     */
    record LateWrite(String guard, long token, long newest, Count open, Count guarded, boolean refused, String loss) {

        boolean isAsPromised() {
            return refused && token < newest && guarded.sold() == guarded.booked();
        }
    }

    /**
     * One shop at the end of the third act.
     *
     * @param sold the pieces that were handed out
     * @param booked the pieces that the books call sold
     */
    record Count(long sold, long booked) {}

    /** Whether the lock held what it promises. */
    boolean isAsPromised() {
        return with.isExact() && with.tally().outOfOrder() == 0 && late.isAsPromised();
    }
}
