package dev.pawl.lock.redlock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.redis.internal.Keys;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.testkit.TestContest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What is kept for a node that hangs, and what becomes of it. */
class LeftoversTest {

    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final int BIDS = 10_000;

    private final Clockwork clockwork = new Clockwork();
    private final OneNode node = new OneNode();
    private final Leftovers leftovers = new Leftovers(node, clockwork::now, clockwork);

    /** A timer and its clock, which goes on when the next action is due. */
    private static final class Clockwork implements Timer {

        private record Due(long at, Runnable action) {}

        private final PriorityQueue<Due> pending = new PriorityQueue<>(Comparator.comparingLong(Due::at));
        private long now;
        private int throwsAfter;

        long now() {
            return now;
        }

        @Override
        public void after(long nanos, Runnable action) {
            throwIfAsked(--throwsAfter);
            pending.add(new Due(now + nanos, action));
        }

        void runFor(Duration time) {
            long end = now + time.toNanos();
            for (Due next = pending.peek(); next != null && next.at() <= end; next = pending.peek()) {
                pending.remove();
                now = next.at();
                next.action().run();
            }
            now = end;
        }
    }

    /** A node that hangs until it goes on. */
    private static final class OneNode implements Node {

        private final Set<String> givenUp = new LinkedHashSet<>();
        private final List<String> asked = new ArrayList<>();
        private boolean hangs = true;
        private String refuses = "";
        private int throwsAfter;

        @Override
        public CompletionStage<?> ping() {
            throw new AssertionError("nobody asks");
        }

        @Override
        public CompletionStage<Had> releaseLater(QuorumAttempt attempt, Duration rest) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Had> release(QuorumAttempt attempt, ReleaseKind kind) {
            throwIfAsked(--throwsAfter);
            asked.add(attempt.owner());
            if (hangs) {
                return CompletableFuture.failedFuture(NodeFault.silent("no answer"));
            }
            if (attempt.owner().equals(refuses)) {
                return CompletableFuture.failedFuture(NodeFault.refused("refuses", new IllegalStateException()));
            }
            givenUp.add(attempt.owner());
            return CompletableFuture.completedFuture(Had.YES);
        }

        @Override
        public String name() {
            return "node";
        }

        @Override
        public CompletionStage<Vote> acquire(QuorumAttempt attempt, long proposal, boolean willWait) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Long> record(QuorumAttempt attempt, long token, long sinceNanos) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<? extends CompletionStage<RenewalOutcome>> renew(List<QuorumAttempt> attempts) {
            throw new UnsupportedOperationException();
        }
    }

    private static void throwIfAsked(int left) {
        if (left == 0) {
            throw new InternalError("planted");
        }
    }

    private static QuorumAttempt attempt(int number) {
        return QuorumAttempt.of(TestContest.of("a", "owner", LEASE), Keys.of("pawl", "a"), number);
    }

    private void leave(int attempts) {
        for (int i = 0; i < attempts; i++) {
            leftovers.add(attempt(i), ReleaseKind.FOR_GOOD);
        }
    }

    @Test
    void nodeThatHangs_costsOneTimerEntryAndOneRequestASecond_whateverItIsOwed() {
        leave(BIDS);
        assertThat(clockwork.pending).hasSize(1);
        clockwork.runFor(Duration.ofSeconds(20));
        assertThat(clockwork.pending).hasSize(1);
        assertThat(node.asked).hasSizeBetween(20, 30);
        assertThat(leftovers.size()).isEqualTo(BIDS);
    }

    @Test
    void nodeThatGoesOn_givesAllUpWithinASecond() {
        leave(BIDS);
        clockwork.runFor(LEASE.multipliedBy(2));
        node.hangs = false;
        clockwork.runFor(Duration.ofSeconds(1));
        assertThat(node.givenUp).hasSize(BIDS);
        assertThat(leftovers.size()).isZero();
        assertThat(clockwork.pending).isEmpty();
    }

    @Test
    void nodeThatRefusesOne_isAskedForTheOthers() {
        leave(100);
        node.hangs = false;
        node.refuses = attempt(0).owner();
        clockwork.runFor(Duration.ofSeconds(2));
        assertThat(node.givenUp).hasSize(99);
        clockwork.runFor(LEASE);
        assertThat(leftovers.size()).isZero();
        assertThat(clockwork.pending).isEmpty();
    }

    @Test
    void timerThatThrew_isTriedAgainWithTheNextThatIsLeft() {
        clockwork.throwsAfter = 1;
        leave(2);
        node.hangs = false;
        clockwork.runFor(Duration.ofSeconds(1));
        assertThat(node.givenUp).hasSize(2);
    }

    @Test
    void timerThatThrewBetweenTwoRounds_isTriedAgainWithTheNextThatIsLeft() {
        clockwork.throwsAfter = 2;
        leave(3);
        clockwork.runFor(Duration.ofSeconds(1));
        node.hangs = false;
        leave(1);
        clockwork.runFor(Duration.ofSeconds(1));
        assertThat(node.givenUp).hasSize(3);
        assertThat(leftovers.size()).isZero();
    }

    @Test
    void requestThatThrew_isSentAgain() {
        node.hangs = false;
        node.throwsAfter = 2;
        leave(10);
        clockwork.runFor(Duration.ofSeconds(2));
        assertThat(node.givenUp).hasSize(10);
        assertThat(leftovers.size()).isZero();
    }

    @Test
    void moreThanCanBeKept_isLeftToTheLease() {
        leave(Leftovers.MOST + 1);
        assertThat(leftovers.size()).isEqualTo(Leftovers.MOST);
    }
}
