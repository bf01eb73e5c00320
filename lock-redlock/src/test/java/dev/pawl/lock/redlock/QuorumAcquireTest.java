package dev.pawl.lock.redlock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.redis.internal.Keys;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testkit.TestContest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Two attempts at three masters, message by message: leases end early, requests come twice and late, and a minority knows of a
 * token that nobody else does. The order of tokens depends on none of that.
 */
class QuorumAcquireTest {

    private static final Keys KEYS = Keys.of("pawl", "a");
    private static final long LEASE_MILLIS = 30_000;
    private static final Attempt NONE_YET = Attempt.Busy.until(Duration.ofDays(1));

    private final List<MemoryNode> nodes = IntStream.range(0, 3)
            .mapToObj(index -> new MemoryNode(() -> 0, () -> 10))
            .toList();

    /** Counters of 100, 101 and 100, and clocks far behind them. */
    QuorumAcquireTest() {
        nodes.forEach(node -> grantAndGiveUp(node, 100));
        grantAndGiveUp(nodes.get(1), 101);
    }

    private static void grantAndGiveUp(MemoryNode node, long token) {
        node.acquire("earlier", LEASE_MILLIS, token, null);
        node.release("earlier", null, null);
    }

    /** One client's way to one node: nothing moves unless the test says so. */
    private static final class Wire implements Node {

        private final int index;
        private final MemoryNode node;
        private final Deque<Consumer<Boolean>> onItsWay = new ArrayDeque<>();

        private Wire(int index, MemoryNode node) {
            this.index = index;
            this.node = node;
        }

        /** The oldest request arrives, and its reply too. */
        private void deliver() {
            onItsWay.remove().accept(true);
        }

        /** The oldest request is carried out, but the connection breaks before its reply: it is sent again, behind all others. */
        private void sendAgain() {
            onItsWay.add(onItsWay.remove());
        }

        /** It does not, and is given up on. */
        private void lose() {
            onItsWay.remove().accept(false);
        }

        private void deliverAll() {
            while (!onItsWay.isEmpty()) {
                deliver();
            }
        }

        private <T> CompletionStage<T> send(Supplier<T> request) {
            CompletableFuture<T> reply = new CompletableFuture<>();
            onItsWay.add(arrives -> {
                if (arrives) {
                    reply.complete(request.get());
                } else {
                    reply.completeExceptionally(NodeFault.unanswered("no answer", new IllegalStateException()));
                }
            });
            return reply;
        }

        @Override
        public String name() {
            return "node-" + index;
        }

        @Override
        public CompletionStage<?> ping() {
            throw new AssertionError("nobody asks");
        }

        @Override
        public CompletionStage<Vote> acquire(QuorumAttempt attempt, long proposal, boolean willWait) {
            return send(() -> node.acquire(attempt.owner(), LEASE_MILLIS, 10, null));
        }

        @Override
        public CompletionStage<Long> record(QuorumAttempt attempt, long token, long sinceNanos) {
            return send(() -> node.record(attempt.owner(), token));
        }

        @Override
        public List<? extends CompletionStage<RenewalOutcome>> renew(List<QuorumAttempt> attempts) {
            throw new AssertionError("nothing here lasts so long");
        }

        @Override
        public CompletionStage<Had> releaseLater(QuorumAttempt attempt, Duration rest) {
            return send(() -> Had.of(node.releaseLater(attempt.owner(), rest.toMillis(), attempt.contestant())));
        }

        @Override
        public CompletionStage<Had> release(QuorumAttempt attempt, ReleaseKind kind) {
            return send(() -> Had.of(node.release(attempt.owner(), null, null)));
        }
    }

    private final class Client {

        private final List<Wire> wires = new ArrayList<>();
        private final RedlockContender contender;
        private final CompletionStage<Attempt> answer;

        private Client(String owner) {
            IntStream.range(0, 3).forEach(index -> wires.add(new Wire(index, nodes.get(index))));
            QuorumClock clock = new QuorumClock(3, () -> 0);
            Quorum quorum =
                    new Quorum(List.copyOf(wires), 2, () -> 0, clock, (nanos, action) -> {}, bound -> 0, new WakeUps());
            contender = new RedlockContender(quorum, TestContest.of("a", owner, Bench.LONG_LEASE), KEYS);
            answer = contender.attempt(false, 65, Runnable::run);
        }

        private void deliver(int... indexes) {
            for (int index : indexes) {
                wires.get(index).deliver();
            }
        }

        /** Until nothing is on its way: what arrives may be answered by another request. */
        private void deliverAll() {
            while (wires.stream().anyMatch(wire -> !wire.onItsWay.isEmpty())) {
                wires.forEach(Wire::deliverAll);
            }
        }

        private boolean isGranted() {
            return answer.toCompletableFuture().getNow(NONE_YET) instanceof Attempt.Granted;
        }

        private long firstToken() {
            return grant().firstToken();
        }

        private long lastToken() {
            return firstToken() + grant().tokens() - 1;
        }

        private Grant grant() {
            return ((Attempt.Granted) answer.toCompletableFuture().getNow(NONE_YET)).grant();
        }
    }

    @Test
    void voteThatIsLate_doesNotCountForATokenThatAnotherHas() {
        Client slow = new Client("slow");
        slow.deliver(0);
        nodes.get(0).expire();
        Client quick = new Client("quick");
        quick.deliver(0, 2, 2);
        assertThat(quick.firstToken()).isEqualTo(102);
        nodes.get(0).expire();
        nodes.get(2).expire();
        slow.deliver(1, 2);
        slow.deliverAll();
        assertThat(slow.firstToken()).isGreaterThan(quick.lastToken());
    }

    @Test
    void voteThatIsLate_doesNotCountForATokenBelowThatOfAnother() {
        Client slow = new Client("slow");
        slow.deliver(0);
        nodes.get(0).expire();
        grantAndGiveUp(nodes.get(2), 150);
        Client quick = new Client("quick");
        quick.deliver(0, 2, 0);
        assertThat(quick.firstToken()).isEqualTo(151);
        nodes.get(0).expire();
        nodes.get(2).expire();
        slow.deliver(1, 2);
        slow.deliverAll();
        assertThat(slow.firstToken()).isGreaterThan(quick.lastToken());
    }

    /** The lease ended early, another had the node, and a request that came twice got it again: the owner is right, the counter not. */
    @Test
    void recordWhereAnotherHasBeen_doesNotCount() {
        Client first = new Client("first");
        first.deliver(0, 1);
        nodes.get(0).expire();
        Client second = new Client("second");
        second.deliver(0, 2, 2);
        assertThat(second.firstToken()).isEqualTo(102);
        nodes.forEach(MemoryNode::expire);
        nodes.get(0).acquire("first.1", LEASE_MILLIS, 10, null);
        first.deliver(0);
        assertThat(first.isGranted()).isFalse();
        first.deliverAll();
        assertThat(first.firstToken()).isGreaterThan(second.lastToken());
    }

    @Test
    void recordThatComesTwice_isMadeGoodByALargerToken() {
        Client client = new Client("client");
        client.deliver(0, 1);
        assertThat(nodes.get(0).record("client.1", 102)).isEqualTo(101);
        client.deliver(0);
        client.wires.get(2).lose();
        client.wires.get(2).lose();
        assertThat(client.isGranted()).isFalse();
        client.deliverAll();
        assertThat(client.firstToken()).isEqualTo(103);
    }

    /** Of the two that granted first one dies; the third knows of a token that the other two have never heard of. */
    @Test
    void majorityThatIsLeft_isEnough_howeverItsCountersDiffer() {
        grantAndGiveUp(nodes.get(2), 150);
        Client client = new Client("client");
        client.deliver(0, 1);
        client.wires.get(0).lose();
        client.deliverAll();
        assertThat(client.firstToken()).isEqualTo(152);
        assertThat(nodes).extracting(MemoryNode::counter).containsExactly(101L, 152L, 152L);
    }

    @Test
    void withoutAMajorityForTheRecord_itIsAFaultAndNoGrant() {
        Client client = new Client("client");
        client.deliver(0, 1);
        client.wires.get(0).lose();
        client.wires.get(2).lose();
        client.wires.get(2).lose();
        assertThat(client.answer).isCompletedExceptionally();
    }

    /** The node has granted, and its answer is lost with the connection: the request is sent again, behind what undoes it. */
    @Test
    void acquireThatIsCarriedOutAgainBehindItsOwnUndoing_leavesNothing() {
        Client client = new Client("client");
        nodes.get(2).acquire("client.1", LEASE_MILLIS, 10, null);
        CompletionStage<Void> undone = client.contender.leave(Runnable::run);
        client.wires.get(2).sendAgain();
        client.deliverAll();
        assertThat(undone).isCompleted();
        assertThat(nodes).extracting(MemoryNode::owner).containsOnlyNulls();
    }
}
