package dev.pawl.lock.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** A lease of 300 ms, of which 3 ms are the margin, in virtual time. */
class HoldTest {

    private static final LockOptions OPTIONS = LockOptions.builder()
            .leaseTime(Duration.ofMillis(300))
            .safetyMargin(Duration.ofMillis(3))
            .handOff(5, Duration.ofMillis(250))
            .build();

    private record TestGrant(Contest contest, long firstToken, int tokens) implements Grant {}

    private final VirtualEngine client = new VirtualEngine(OPTIONS);

    /** Promises what it is told to, and is renewed at half of that. */
    private static final class PromisingGrant {
        private Duration promise = Duration.ofMillis(100);

        Grant of(Contest contest) {
            return new Grant() {
                @Override
                public Contest contest() {
                    return contest;
                }

                @Override
                public long firstToken() {
                    return 1;
                }

                @Override
                public int tokens() {
                    return 1;
                }

                @Override
                public Duration validFor() {
                    return promise;
                }

                @Override
                public Duration renewAfter() {
                    return promise.dividedBy(2);
                }
            };
        }
    }

    private Hold hold(LockOptions options, int tokens) {
        return hold(options, contest -> new TestGrant(contest, 41, tokens));
    }

    private Hold hold(LockOptions options, Function<Contest, Grant> grant) {
        LockQueue queue = new LockQueue("a", Claim.LOCK, client.engine);
        Candidacy contest = new Candidacy(queue, client.engine, options);
        long now = client.engine.now();
        return new Hold(client.service.ticker(), grant.apply(contest), options, queue, now);
    }

    private static int handOffs(Hold hold) {
        int count = 0;
        while (hold.mayPassOn()) {
            hold.passOn();
            count++;
        }
        return count;
    }

    @Test
    void deadline_isTheLeaseLessTheMargin() {
        Hold hold = hold(OPTIONS, 1);
        assertThat(hold.remaining()).isEqualTo(297_000_000);
        client.goOnTo(297);
        assertThat(hold.isCurrent()).isFalse();
        assertThat(hold.remaining()).isZero();
    }

    @Test
    void acknowledgement_neverMovesTheDeadlineBack() {
        Hold hold = hold(OPTIONS, 1);
        long early = client.engine.now();
        client.goOnTo(100);
        hold.renewalAcknowledged(client.engine.now(), null);
        hold.renewalAcknowledged(early, null);
        assertThat(hold.remaining()).isEqualTo(297_000_000);
    }

    /** A service of several members knows only with the second request that all of them heard the first. */
    @Test
    void serviceThatPromisesMoreLater_isBelievedFromThatAcknowledgementOn() {
        PromisingGrant grant = new PromisingGrant();
        Hold hold = hold(OPTIONS, grant::of);
        assertThat(hold.remaining()).isEqualTo(99_000_000);
        assertThat(hold.nextLook()).isEqualTo(50_000_000);

        client.goOnTo(50);
        grant.promise = Duration.ofMillis(200);
        hold.renewalAcknowledged(client.engine.now(), null);
        assertThat(hold.remaining()).isEqualTo(198_000_000);
        assertThat(hold.nextLook()).isEqualTo(100_000_000);

        client.goOnTo(150);
        grant.promise = Duration.ofMillis(150);
        hold.renewalAcknowledged(client.engine.now(), null);
        assertThat(hold.remaining()).isEqualTo(148_500_000);
    }

    @Test
    void handOffs_areBoundedByTheirNumber() {
        assertThat(handOffs(hold(OPTIONS, 100))).isEqualTo(5);
    }

    @Test
    void handOffs_areBoundedByTheBlockOfTokens() {
        Hold hold = hold(OPTIONS, 3);
        assertThat(handOffs(hold)).isEqualTo(2);
        assertThat(hold.token().value()).isEqualTo(43);
    }

    @Test
    void handOffs_areBoundedByTime() {
        LockOptions brief =
                OPTIONS.toBuilder().handOff(5, Duration.ofMillis(50)).build();
        Hold hold = hold(brief, 100);
        client.goOnTo(49);
        assertThat(hold.mayPassOn()).isTrue();
        client.goOnTo(50);
        assertThat(hold.mayPassOn()).isFalse();
    }

    @Test
    void handOff_needsAThirdOfTheLease_unlessARenewalBringsIt() {
        Hold hold = hold(OPTIONS, 100);
        client.goOnTo(196);
        assertThat(hold.mayPassOn()).isTrue();
        client.goOnTo(197);
        assertThat(hold.mayPassOn()).isFalse();
        hold.renewalAcknowledged(client.engine.now(), null);
        assertThat(hold.mayPassOn()).isTrue();
    }

    @Test
    void withoutRenewal_nothingIsHandedOn() {
        LockOptions once = OPTIONS.toBuilder().renewal(false).build();
        assertThat(handOffs(hold(once, 100))).isZero();
    }

    @Test
    void lapsedHold_isNotHandedOn() {
        Hold hold = hold(OPTIONS, 100);
        client.goOnTo(297);
        assertThat(hold.isCurrent()).isFalse();
        hold.renewalAcknowledged(client.engine.now(), null);
        assertThat(hold.mayPassOn()).isFalse();
    }

    @Test
    void waitersOfOneProcess_areServedInOrder_withTokensOfOneBlock() {
        Lease first = client.acquire("a");
        List<CompletableFuture<Lease>> waiting = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            waiting.add(client.engine.lock("a").acquireAsync());
        }
        long token = first.token().value();
        first.close();
        for (CompletableFuture<Lease> next : waiting) {
            assertThat(next).isCompleted();
            assertThat(next.join().token().value()).isEqualTo(++token);
            next.join().close();
        }
        assertThat(client.service.names()).isZero();
        assertThat(client.engine.names()).isZero();
    }

    @Test
    void waiterWithOtherOptions_getsAHoldOfItsOwn() {
        Lease first = client.acquire("a");
        LockOptions other = OPTIONS.toBuilder().leaseTime(Duration.ofSeconds(2)).build();
        CompletableFuture<Lease> second = client.engine.lock("a", other).acquireAsync();
        first.close();
        assertThat(second).isCompleted();
        HeldLease lease = (HeldLease) second.join();
        assertThat(lease.remaining()).isGreaterThan(Duration.ofSeconds(1));
        assertThat(lease.token().value()).isGreaterThan(first.token().value());
        lease.close();
        assertThat(client.service.names()).isZero();
    }
}
