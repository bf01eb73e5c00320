package dev.pawl.lock.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.RenewalOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A lease of 300 ms, of which 3 ms are the margin, in virtual time. */
class RenewalTest {

    private static final LockOptions OPTIONS = LockOptions.builder()
            .leaseTime(Duration.ofMillis(300))
            .safetyMargin(Duration.ofMillis(3))
            .build();

    private final VirtualEngine client = new VirtualEngine(OPTIONS);
    private final List<LeaseLostEvent> losses = new ArrayList<>();

    private HeldLease acquire(String name) {
        HeldLease lease = client.acquire(name);
        lease.onLost(losses::add);
        return lease;
    }

    private static Map<Grant, RenewalOutcome> all(Collection<Grant> due, RenewalOutcome outcome) {
        Map<Grant, RenewalOutcome> outcomes = new HashMap<>();
        due.forEach(grant -> outcomes.put(grant, outcome));
        return outcomes;
    }

    @Test
    void renewal_isSentAtEachThirdOfTheLease() {
        HeldLease lease = acquire("a");
        client.goOnTo(1_000);
        assertThat(client.calls).extracting(VirtualEngine.Call::millis).startsWith(100L, 200L, 300L, 400L);
        assertThat(lease.isValid()).isTrue();
        lease.close();
    }

    @Test
    void holdsThatFallDueTogether_areRenewedInOneCall() {
        for (int i = 0; i < 9; i++) {
            client.goOnTo(i);
            acquire("name " + i);
        }
        client.goOnTo(110);
        assertThat(client.calls).hasSize(1);
        assertThat(client.calls.get(0).due()).hasSize(9);
        client.goOnTo(1_000);
        assertThat(losses).isEmpty();
        assertThat(client.calls).hasSizeLessThanOrEqualTo(10);
    }

    @Test
    void withoutRenewal_theLeaseEndsAtItsDeadline_andNothingIsSent() {
        LockOptions once = OPTIONS.toBuilder().renewal(false).build();
        HeldLease lease = (HeldLease) client.engine.lock("a", once).tryAcquire().orElseThrow();
        lease.onLost(losses::add);
        client.goOnTo(296);
        assertThat(lease.isValid()).isTrue();
        client.goOnTo(297);
        assertThat(lease.isValid()).isFalse();
        assertThat(losses).extracting(LeaseLostEvent::reason).containsExactly(LossReason.EXPIRED);
        assertThat(client.calls).isEmpty();
    }

    @Test
    void acknowledgedRenewal_countsFromBeforeItWasSent() {
        HeldLease lease = acquire("a");
        List<Runnable> replies = new ArrayList<>();
        client.answerRenewals(due -> {
            CompletableFuture<Map<Grant, RenewalOutcome>> reply = new CompletableFuture<>();
            replies.add(() -> reply.complete(all(due, RenewalOutcome.RENEWED)));
            return reply;
        });
        client.goOnTo(250);
        assertThat(lease.remaining()).isEqualTo(Duration.ofMillis(47));
        replies.get(0).run();
        assertThat(lease.remaining()).isEqualTo(Duration.ofMillis(100 + 297 - 250));
    }

    @ParameterizedTest
    @CsvSource({"NOT_HELD, EXPIRED", "TAKEN, TAKEN_OVER"})
    void holdThatIsGone_isLostWithTheAnswer(RenewalOutcome outcome, LossReason reason) {
        HeldLease lease = acquire("a");
        client.answerRenewals(due -> CompletableFuture.completedFuture(all(due, outcome)));
        client.goOnTo(100);
        assertThat(lease.isValid()).isFalse();
        assertThat(losses).extracting(LeaseLostEvent::reason).containsExactly(reason);
        assertThat(client.engine.names()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"throws", "fails", "says it does not know", "says nothing of it"})
    void renewalWithoutAClearAnswer_keepsTheOldDeadline_andIsTriedAgain(String how) {
        HeldLease lease = acquire("a");
        client.answerRenewals(due -> switch (how) {
            case "throws" -> throw new IllegalStateException(how);
            case "fails" -> CompletableFuture.failedFuture(new IllegalStateException(how));
            case "says it does not know" -> CompletableFuture.completedFuture(all(due, RenewalOutcome.UNKNOWN));
            default -> CompletableFuture.completedFuture(Map.of());
        });
        client.goOnTo(200);
        assertThat(lease.remaining()).isEqualTo(Duration.ofMillis(97));

        client.answerRenewals(due -> client.service.renew(due, Runnable::run));
        client.goOnTo(1_000);
        assertThat(lease.isValid()).isTrue();
        assertThat(losses).isEmpty();
    }

    @Test
    void renewalsThatFail_areSpaced_andEndWithTheLease() {
        acquire("a");
        client.answerRenewals(due -> CompletableFuture.failedFuture(new IllegalStateException("down")));
        client.goOnTo(2_000);
        assertThat(losses).extracting(LeaseLostEvent::reason).containsExactly(LossReason.UNREACHABLE);
        List<Long> sent = client.calls.stream().map(VirtualEngine.Call::millis).toList();
        assertThat(sent).hasSizeBetween(7, 40);
        for (int i = 1; i < sent.size(); i++) {
            assertThat(sent.get(i) - sent.get(i - 1)).isBetween(4L, 31L);
        }
        assertThat(sent.get(sent.size() - 1)).isLessThan(297);
    }

    @Test
    void renewalThatIsNeverAnswered_losesAtTheDeadline() {
        HeldLease lease = acquire("a");
        client.answerRenewals(due -> new CompletableFuture<>());
        client.goOnTo(296);
        assertThat(lease.isValid()).isTrue();
        assertThat(losses).isEmpty();
        client.goOnTo(297);
        assertThat(lease.isValid()).isFalse();
        assertThat(losses).extracting(LeaseLostEvent::reason).containsExactly(LossReason.UNREACHABLE);
    }

    @Test
    void answerThatComesAfterTheDeadline_revivesNothing() {
        HeldLease lease = acquire("a");
        CompletableFuture<Map<Grant, RenewalOutcome>> reply = new CompletableFuture<>();
        List<Grant> asked = new ArrayList<>();
        client.answerRenewals(due -> {
            asked.addAll(due);
            return reply;
        });
        client.goOnTo(298);
        reply.complete(all(asked, RenewalOutcome.RENEWED));
        assertThat(lease.isValid()).isFalse();
        assertThat(lease.remaining()).isZero();
        client.goOnTo(1_000);
        assertThat(lease.isValid()).isFalse();
        assertThat(losses).hasSize(1);
    }

    /** A process that stood still: nothing of it ran while its lease passed. */
    @Test
    void processThatStoodStillPastItsLease_knowsAtOnce_andIsTold() {
        HeldLease lease = acquire("a");
        client.time.stop(0, Duration.ofMillis(500).toNanos());
        client.goOnTo(400);
        assertThat(lease.isValid()).isFalse();
        assertThat(losses).isEmpty();
        client.goOnTo(500);
        assertThat(losses).extracting(LeaseLostEvent::reason).containsExactly(LossReason.EXPIRED);
    }

    @Test
    void releasedLease_leavesNoTimerBehind() {
        acquire("a").close();
        assertThat(client.timersSet()).isLessThanOrEqualTo(1);
        client.goOnTo(400);
        assertThat(client.timersSet()).isZero();
        assertThat(client.calls).isEmpty();
    }
}
