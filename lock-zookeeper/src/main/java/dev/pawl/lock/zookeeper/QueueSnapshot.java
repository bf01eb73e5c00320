package dev.pawl.lock.zookeeper;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who queues for a lock, as one reading of its children tells one contest.
 *
 * @param ours the names of this contest's own nodes; more than one only after an outcome was unknown
 * @param before how many others stand before the node that was asked for
 * @param predecessor the last of them, whom to watch; null if there is none
 * @param others how many others there are in all
 */
record QueueSnapshot(
        List<String> ours, int before, @Nullable String predecessor, int others) {

    /** How many digits the service writes at least. */
    private static final int DIGITS = 10;

    private static final int TOO_MANY_DIGITS = 19;

    boolean has(QueueNode queueNode) {
        return ours.contains(queueNode.name());
    }

    /**
     * Reads it.
     *
     * @param children the names of all children
     * @param ownPrefix how the names of this contest's nodes begin
     * @param ownSequence the sequence number that others are before or behind
     */
    static QueueSnapshot read(List<String> children, String ownPrefix, long ownSequence) {
        List<String> ours = new ArrayList<>(1);
        String predecessor = null;
        long last = Long.MIN_VALUE;
        int before = 0;
        int others = 0;
        for (String child : children) {
            if (child.startsWith(ownPrefix)) {
                ours.add(child);
                continue;
            }
            others++;
            long sequence = sequenceOf(child);
            if (sequence < ownSequence) {
                before++;
                if (predecessor == null || sequence > last) {
                    last = sequence;
                    predecessor = child;
                }
            }
        }
        return new QueueSnapshot(ours, before, predecessor, others);
    }

    /**
     * The number that the service has put at the end of a name. What has none was not made by a contestant: it counts as first,
     * because waiting for it is safe and passing it is not.
     */
    static long sequenceOf(String name) {
        int end = name.length();
        int start = end;
        while (start > 0 && name.charAt(start - 1) >= '0' && name.charAt(start - 1) <= '9') {
            start--;
        }
        int digits = end - start;
        return digits >= DIGITS && digits < TOO_MANY_DIGITS ? Long.parseLong(name, start, end, 10) : Long.MIN_VALUE;
    }
}
