package dev.pawl.lock.examples;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the receipts say.
 *
 * @param sold how many pieces were handed out
 * @param ours how many of them by this run
 * @param twice how many of them had been handed out before
 * @param missing how many pieces the books call sold without a receipt: a worker was killed between the two
 * @param outOfOrder how many carry a token that is not larger than the one before
 */
record Tally(long sold, long ours, long twice, long missing, long outOfOrder) {

    /**
     * @param receipts in the order in which they were written
     * @param run the name of this run
     */
    static Tally of(List<Shop.Receipt> receipts, String run) {
        Map<Long, Integer> times = new HashMap<>();
        long ours = 0;
        long outOfOrder = 0;
        long newest = 0;
        long first = Long.MAX_VALUE;
        long last = 0;
        for (Shop.Receipt receipt : receipts) {
            times.merge(receipt.piece(), 1, Integer::sum);
            first = Math.min(first, receipt.piece());
            last = Math.max(last, receipt.piece());
            if (receipt.seller().startsWith(run + "/")) {
                ours++;
            }
            if (receipt.token() <= newest) {
                outOfOrder++;
            }
            newest = Math.max(newest, receipt.token());
        }
        long sold = receipts.size();
        long span = receipts.isEmpty() ? 0 : last - first + 1;
        return new Tally(sold, ours, sold - times.size(), span - times.size(), outOfOrder);
    }

    long others() {
        return sold - ours;
    }
}
