package dev.pawl.lock.zookeeper;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The requests for permits that stand before another, in their order, as one reading of the children tells.
 *
 * <p>A request has its permits when all before it have theirs, and those that are out with its own are no more than its limit. So
 * whoever has permits stands before all who wait, and nobody is overtaken. Those before a request only get fewer, since who comes
 * later stands behind it: who has permits once keeps them, and a queue that was read too long ago lets nobody in too early.
 *
 * @param requests the first come first
 */
record PermitQueue(List<Request> requests) {

    private static final char SEPARATOR = '-';

    /** Of a name that is no request of ours: it has all that there is, because waiting for it is safe and passing it is not. */
    private static final long ALL = 1L << 40;

    /**
     * One node.
     *
     * @param name its name
     * @param sequence the number that the service has put at its end
     * @param permits how many it wants, all or none
     * @param limit how many may be out with them
     */
    record Request(String name, long sequence, long permits, long limit) {

        static Request of(String name) {
            long sequence = QueueSnapshot.sequenceOf(name);
            int third = name.lastIndexOf(SEPARATOR);
            int second = name.lastIndexOf(SEPARATOR, third - 1);
            int first = name.lastIndexOf(SEPARATOR, second - 1);
            long permits = first < 0 ? 0 : number(name, first + 1, second);
            long limit = first < 0 ? 0 : number(name, second + 1, third);
            return permits > 0 && limit > 0
                    ? new Request(name, sequence, permits, limit)
                    : new Request(name, sequence, ALL, Long.MAX_VALUE);
        }

        /** 0 if it is none. */
        private static long number(String name, int from, int to) {
            long number = 0;
            for (int i = from; i < to; i++) {
                char digit = name.charAt(i);
                if (digit < '0' || digit > '9' || number > Integer.MAX_VALUE) {
                    return 0;
                }
                number = 10 * number + digit - '0';
            }
            return number;
        }
    }

    /** All that were read. */
    static PermitQueue of(List<String> children) {
        return before(Long.MAX_VALUE, children);
    }

    /** Those that were read and stand before this sequence number. */
    static PermitQueue before(long sequence, List<String> children) {
        return new PermitQueue(children.stream()
                .map(Request::of)
                .filter(request -> request.sequence() < sequence)
                .sorted(Comparator.comparingLong(Request::sequence))
                .toList());
    }

    /** Whether the next who asks for this has it at once. */
    boolean admits(long permits, long limit) {
        long out = 0;
        for (Request request : requests) {
            out += request.permits();
            if (out > request.limit()) {
                return false;
            }
        }
        return out + permits <= limit;
    }

    /**
     * Whose end to wait for: while all of these are there, the next who asks for this does not have it, whoever else comes or goes. If all
     * have the same limit, none of them could be spared. They are those that came last, which are the last to go: so the end of one hold
     * is heard by few of those who wait, and by none who stand far behind.
     *
     * @return none if it has it
     */
    List<Request> inTheWayOf(long permits, long limit) {
        long out = requests.stream().mapToLong(Request::permits).sum();
        if (out + permits > limit) {
            return thatLeaveNoMoreThan(limit - permits, requests, out);
        }
        for (int i = requests.size() - 1; i >= 0; i--) {
            Request request = requests.get(i);
            if (out > request.limit()) {
                // There is room, but not for this one, whose limit is lower.
                List<Request> before = requests.subList(0, i);
                List<Request> all = new ArrayList<>(
                        thatLeaveNoMoreThan(request.limit() - request.permits(), before, out - request.permits()));
                all.add(request);
                return all;
            }
            out -= request.permits();
        }
        return List.of();
    }

    /**
     * Those who have more than this together, without anybody who could be spared.
     *
     * @param out how many permits all of them have
     */
    private static List<Request> thatLeaveNoMoreThan(long room, List<Request> all, long out) {
        List<Request> kept = new ArrayList<>();
        long rest = out;
        for (Request request : all) {
            if (rest - request.permits() > room) {
                rest -= request.permits();
            } else {
                kept.add(request);
            }
        }
        return kept;
    }

    /** As it is when this one has gone. */
    PermitQueue without(Request gone) {
        return new PermitQueue(
                requests.stream().filter(request -> !request.equals(gone)).toList());
    }
}
