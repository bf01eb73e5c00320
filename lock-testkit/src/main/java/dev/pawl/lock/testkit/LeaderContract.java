package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.Lease;
import dev.pawl.lock.leader.LeaderElection;
import dev.pawl.lock.leader.Leadership;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Leader election over the lock: offices do not overlap, terms only go up, and a leader that is none knows it. */
public interface LeaderContract extends ContractCase {

    /** How many offices a case sees end. */
    int OFFICES = 12;

    /** A lease that outlasts the pauses of a busy machine. */
    Duration OFFICE_LEASE = Duration.ofSeconds(3);

    /** Leads until it is interrupted, and notes its office. */
    private static void lead(Leadership office, AtomicInteger begun, Queue<Claim> offices) {
        begun.incrementAndGet();
        long elected = System.nanoTime();
        long seen = elected;
        try {
            while (office.isValid()) {
                seen = System.nanoTime();
                Thread.sleep(1);
            }
        } catch (InterruptedException e) {
            // Its office has ended.
        }
        offices.add(new Claim(office.token().value(), elected, elected, seen));
    }

    @Test
    default void severalCandidates_haveOneLeaderAtATime_andTermsOnlyGoUp() {
        String name = bench().name();
        AtomicInteger begun = new AtomicInteger();
        Queue<Claim> offices = new ConcurrentLinkedQueue<>();
        List<LeaderElection> elections = Stream.generate(() -> LeaderElection.builder(bench().newClient(), name)
                        .onElected(office -> lead(office, begun, offices))
                        .start())
                .limit(3)
                .toList();
        for (int i = 0; i < OFFICES; i++) {
            int ended = offices.size();
            // An office that ends before its body has begun has none.
            Bench.await("a leader at work").until(() -> begun.get() > ended);
            assertThat(elections.stream().filter(LeaderElection::isLeader).count())
                    .as("leaders")
                    .isLessThanOrEqualTo(1);
            elections.forEach(LeaderElection::resign);
            Bench.await("the office ends").until(() -> offices.size() > ended);
        }
        elections.forEach(LeaderElection::close);
        assertThat(offices).hasSizeGreaterThanOrEqualTo(OFFICES);
        Claim.assertOneAtATime(offices);
        Claim.assertTokensOnlyGoUp(offices);
        bench().assertNothingLeft(name);
    }

    @Test
    default void aKilledLeader_isReplacedByOneWithALargerTerm() {
        String name = bench().name();
        ChildJvm child = bench().child("lead", name, String.valueOf(OFFICE_LEASE.toMillis()));
        long term = Long.parseLong(child.awaitLine("elected").get(0));
        try (LeaderElection election =
                LeaderElection.builder(bench().client(), name).start()) {
            assertThat(election.isLeader()).isFalse();
            child.kill();
            Bench.await("the next leader").until(election::isLeader);
            assertThat(Bench.get(bench().newClient().lock(name).tryAcquireAsync()))
                    .isEmpty();
        }
        assertThat(takenToken(name)).isGreaterThan(term + 1);
        bench().assertNothingLeft(name);
    }

    private long takenToken(String name) {
        try (Lease next = Bench.hold(bench().newClient(), name)) {
            return next.token().value();
        }
    }

    @Test
    default void aLeaderStoppedPastItsLease_isNoLeaderAtItsFirstInstruction() {
        String name = bench().name();
        ChildJvm child = bench().child("lead", name, String.valueOf(OFFICE_LEASE.toMillis()));
        child.awaitLine("elected");
        Bench.await("the child leads").until(() -> child.lines().stream().anyMatch(line -> line.endsWith(" true")));
        child.stop();
        try (LeaderElection election =
                LeaderElection.builder(bench().client(), name).start()) {
            Bench.await("the next leader").until(election::isLeader);
            long resumed = System.nanoTime();
            child.resume();
            Bench.await("the child goes on")
                    .until(() -> KnownLossContract.sightings(child, resumed).count() > 100);
            assertThat(KnownLossContract.sightings(child, resumed))
                    .as("isLeader() after SIGCONT")
                    .containsOnly("false");
            assertThat(election.isLeader()).isTrue();
            child.kill();
        }
    }
}
