package dev.pawl.lock.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.zookeeper.PermitQueue.Request;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Who has permits, and whose end a waiter waits for, as the names of a queue tell. */
class PermitQueueTest {

    private static final int ALL = 1_000_000;

    private static String node(int permits, int limit, int sequence) {
        return "owner.%d-%d-%d-%010d".formatted(sequence, permits, limit, sequence);
    }

    /** Requests for so many permits, of the same limit. */
    private static PermitQueue queue(int limit, int... permits) {
        return PermitQueue.of(IntStream.range(0, permits.length)
                .mapToObj(i -> node(permits[i], limit, i))
                .toList());
    }

    private static List<Long> places(List<Request> requests) {
        return requests.stream().map(Request::sequence).toList();
    }

    @Test
    void names_tellPermitsAndLimit_whateverTheOwner() {
        assertThat(Request.of("a-b-7-2-3-0000000042")).isEqualTo(new Request("a-b-7-2-3-0000000042", 42, 2, 3));
        assertThat(PermitQueue.before(42, List.of(node(1, 3, 41), node(1, 3, 42), node(1, 3, 7), node(1, 3, 43)))
                        .requests())
                .extracting(Request::sequence)
                .containsExactly(7L, 41L);
    }

    @Test
    void whatIsNoRequest_isWaitedFor() {
        List<String> strays =
                List.of("stray", "stray-0000000007", "a-1-0000000007", "a-x-3-0000000007", "a-0-3-0000000007");
        assertThat(strays).allSatisfy(stray -> {
            PermitQueue queue = PermitQueue.of(List.of(stray));
            assertThat(queue.admits(1, Integer.MAX_VALUE)).isFalse();
            assertThat(queue.inTheWayOf(1, Integer.MAX_VALUE))
                    .extracting(Request::name)
                    .containsExactly(stray);
        });
        assertThat(PermitQueue.of(List.of(node(5, 3, 0))).admits(1, 100))
                .as("behind one that wants more than there is")
                .isFalse();
    }

    @Test
    void waitersForOnePermit_waitForTheLastBeforeThem() {
        assertThat(places(queue(3, 1, 1, 1).inTheWayOf(1, 3))).containsExactly(0L, 1L, 2L);
        assertThat(places(queue(3, 1, 1, 1, 1, 1, 1).inTheWayOf(1, 3))).containsExactly(3L, 4L, 5L);
    }

    @Test
    void readers_waitForTheLastWriter_andAWriterForTheLastBeforeIt() {
        assertThat(places(queue(ALL, ALL, 1, 1, ALL, 1, 1).inTheWayOf(1, ALL))).containsExactly(3L);
        assertThat(places(queue(ALL, ALL, 1, 1).inTheWayOf(ALL, ALL))).containsExactly(2L);
        assertThat(places(queue(ALL, 1, 1, 1).inTheWayOf(ALL, ALL))).containsExactly(2L);
        assertThat(queue(ALL, 1, 1, 1).admits(1, ALL)).isTrue();
    }

    /** Else it would be granted its permits after one with a larger token, and beyond its limit. */
    @Test
    void aHigherLimit_doesNotOvertakeALowerOne() {
        PermitQueue queue = PermitQueue.of(List.of(node(1, 1, 0), node(1, 1, 1)));
        assertThat(queue.admits(1, 3)).isFalse();
        assertThat(places(queue.inTheWayOf(1, 3))).containsExactly(0L, 1L);
        assertThat(queue.without(queue.requests().get(0)).admits(1, 3)).isTrue();
    }

    /** Of requests with the same limit, or with any. */
    private static PermitQueue random(Random random, boolean same, int itsLimit) {
        List<String> names = new ArrayList<>();
        int size = random.nextInt(12);
        for (int i = 0; i < size; i++) {
            int limit = same ? itsLimit : 1 + random.nextInt(5);
            names.add(random.nextInt(40) == 0 ? "stray-%010d".formatted(i) : node(1 + random.nextInt(limit), limit, i));
        }
        Collections.shuffle(names, random);
        return PermitQueue.of(names);
    }

    private static PermitQueue only(PermitQueue queue, Predicate<Request> which) {
        return new PermitQueue(queue.requests().stream().filter(which).toList());
    }

    @Test
    void whoIsInTheWay_isEnough_andNobodyTooManyOfOneLimit_andNoneIfThereIsRoom() {
        Random random = new Random(17);
        for (int i = 0; i < 20_000; i++) {
            boolean same = i % 2 == 0;
            int limit = 1 + random.nextInt(5);
            PermitQueue queue = random(random, same, limit);
            int permits = 1 + random.nextInt(limit);
            List<Request> inTheWay = queue.inTheWayOf(permits, limit);
            assertThat(inTheWay.isEmpty()).isEqualTo(queue.admits(permits, limit));
            if (inTheWay.isEmpty()) {
                continue;
            }
            assertThat(only(queue, inTheWay::contains).admits(permits, limit))
                    .as("%d of %d behind %s, while %s stay", permits, limit, queue, inTheWay)
                    .isFalse();
            if (same) {
                assertThat(inTheWay)
                        .allSatisfy(one -> assertThat(only(queue, inTheWay::contains)
                                        .without(one)
                                        .admits(permits, limit))
                                .as("%d of %d behind %s, without %s", permits, limit, queue, one)
                                .isTrue());
            }
        }
    }

    /** Whoever has permits keeps them, and nobody gets any before one who stands before him. */
    @Test
    void whoeverGoes_thoseWithPermitsAreTheFirst_andHaveNoMoreThanTheLimitOfTheLast() {
        Random random = new Random(18);
        for (int i = 0; i < 5_000; i++) {
            PermitQueue queue = random(random, false, 0);
            List<Request> before = admitted(queue);
            while (!queue.requests().isEmpty()) {
                Request gone =
                        queue.requests().get(random.nextInt(queue.requests().size()));
                queue = queue.without(gone);
                List<Request> now = admitted(queue);
                assertThat(queue.requests().subList(0, now.size())).isEqualTo(now);
                assertThat(now)
                        .containsAll(
                                before.stream().filter(one -> !one.equals(gone)).toList());
                long[] out = {0};
                assertThat(now).allMatch(one -> (out[0] += one.permits()) <= one.limit());
                before = now;
            }
        }
    }

    private static List<Request> admitted(PermitQueue queue) {
        return LongStream.range(0, queue.requests().size())
                .mapToObj(i -> queue.requests().get((int) i))
                .filter(one -> only(
                                queue,
                                other -> queue.requests().indexOf(other)
                                        < queue.requests().indexOf(one))
                        .admits(one.permits(), one.limit()))
                .toList();
    }
}
