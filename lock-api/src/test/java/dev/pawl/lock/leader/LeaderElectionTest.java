package dev.pawl.lock.leader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.LockListener;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.memory.MemoryBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LeaderElectionTest {

    private static final Duration LEASE = Duration.ofSeconds(3);

    private final MemoryBackend service = MemoryBackend.create();
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private LockClient client() {
        LockClient client =
                LockClient.using(service, LockOptions.builder().leaseTime(LEASE).build());
        open.add(client);
        return client;
    }

    private LeaderElection started(LeaderElection.Builder builder) {
        LeaderElection election = builder.start();
        open.add(election);
        return election;
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(30));
    }

    private static LeaderBody untilInterrupted(CountDownLatch begun, BlockingQueue<String> said) {
        return leadership -> {
            begun.countDown();
            try {
                Thread.sleep(Long.MAX_VALUE);
            } catch (InterruptedException e) {
                said.add("interrupted, valid " + leadership.isValid());
            }
        };
    }

    private static void awaits(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aLeaderThatResigns_isInterruptedFirst_andStandsAgainBehindTheOthers() throws Exception {
        BlockingQueue<String> said = new LinkedBlockingQueue<>();
        CountDownLatch begun = new CountDownLatch(1);
        LeaderElection first = started(LeaderElection.builder(client(), "office")
                .onElected(untilInterrupted(begun, said))
                .onRevoked(end -> said.add("revoked " + end)));
        awaits(begun);
        CompletableFuture<Leadership> next = new CompletableFuture<>();
        LeaderElection second =
                started(LeaderElection.builder(client(), "office").onElected(next::complete));
        soon().until(() -> service.waiting("office") == 1);
        first.resign();
        soon().until(second::isLeader);
        assertThat(first.isLeader()).isFalse();
        soon().until(() -> said.size() == 2);
        assertThat(said).containsExactly("interrupted, valid false", "revoked RESIGNED");
        soon().until(() -> next.isDone() && service.waiting("office") == 1);
        second.close();
        soon().until(first::isLeader);
        assertThatThrownBy(next.join()::ensureValid).isInstanceOf(LeaseLostException.class);
    }

    @Test
    void aBodyThatReturns_keepsTheOffice() throws Exception {
        CompletableFuture<Leadership> office = new CompletableFuture<>();
        AtomicInteger elected = new AtomicInteger();
        LeaderElection election =
                started(LeaderElection.builder(client(), "office").onElected(leadership -> {
                    elected.incrementAndGet();
                    office.complete(leadership);
                }));
        soon().until(office::isDone);
        soon().during(LEASE.plusSeconds(1))
                .until(() -> election.isLeader() && office.join().isValid());
        assertThat(elected).hasValue(1);
        office.join().ensureValid();
        assertThat(office.join().token().lock()).isEqualTo("office");
    }

    @Test
    void aBodyThatThrows_resigns_pausesLongerEachTime_andStandsAgain() {
        List<Long> elections = new ArrayList<>();
        List<LeadershipEnd> ends = new ArrayList<>();
        started(LeaderElection.builder(client(), "office")
                .onElected(leadership -> {
                    synchronized (elections) {
                        elections.add(System.nanoTime());
                    }
                    throw new IllegalStateException("planted");
                })
                .onRevoked(end -> {
                    synchronized (elections) {
                        ends.add(end);
                    }
                }));
        soon().until(() -> {
            synchronized (elections) {
                return ends.size() >= 4;
            }
        });
        synchronized (elections) {
            assertThat(ends).containsOnly(LeadershipEnd.FAILED);
            // At least half of 100, 200 and 400 ms.
            assertThat(Duration.ofNanos(elections.get(3) - elections.get(0))).isGreaterThan(Duration.ofMillis(350));
        }
    }

    @Test
    void aLeaderWhoseLeaseIsLost_isToldAtOnce_andInterrupted() throws Exception {
        BlockingQueue<String> said = new LinkedBlockingQueue<>();
        CountDownLatch begun = new CountDownLatch(1);
        LockClient client = client();
        LeaderElection election = started(LeaderElection.builder(client, "office")
                .onElected(leadership -> {
                    leadership.onLost(() -> said.add("lost"));
                    untilInterrupted(begun, said).lead(leadership);
                })
                .onRevoked(end -> said.add("revoked " + end)));
        awaits(begun);
        LockInfo leader = election.leader().orElseThrow();
        LockClient operator = client();
        assertThat(operator.lock("office").forceRelease(leader.token(), "the test"))
                .isPresent();
        soon().until(() -> said.contains("revoked LOST"));
        assertThat(said).contains("lost", "interrupted, valid false").doesNotContain("revoked RESIGNED");
        soon().until(election::isLeader);
    }

    @Test
    void aBodyThatDoesNotEnd_keepsTheLockUntilItsLeaseHasRunOut_andNoLonger() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch stubborn = new CountDownLatch(1);
        LeaderElection first = started(LeaderElection.builder(client(), "office")
                .stopTimeout(Duration.ofMillis(100))
                .onElected(leadership -> {
                    begun.countDown();
                    boolean over = false;
                    while (!over) {
                        try {
                            over = stubborn.await(1, TimeUnit.MINUTES);
                        } catch (InterruptedException e) {
                            // It takes no notice.
                        }
                    }
                }));
        awaits(begun);
        LeaderElection second = started(LeaderElection.builder(client(), "office"));
        soon().until(() -> service.waiting("office") == 1);
        long resigned = System.nanoTime();
        Thread resigning = new Thread(first::resign);
        resigning.start();
        soon().until(second::isLeader);
        assertThat(Duration.ofNanos(System.nanoTime() - resigned)).isGreaterThan(LEASE.dividedBy(2));
        assertThat(first.isLeader()).isFalse();
        second.close();
        assertThat(service.waiting("office"))
                .as("it does not stand while its body runs")
                .isZero();
        stubborn.countDown();
        soon().until(first::isLeader);
        resigning.join();
    }

    @Test
    void close_fromACallback_doesNotWaitForItself_andNothingIsToldAfterIt() throws Exception {
        CompletableFuture<LeaderElection> election = new CompletableFuture<>();
        CountDownLatch closed = new CountDownLatch(1);
        AtomicInteger told = new AtomicInteger();
        election.complete(started(LeaderElection.builder(client(), "office")
                .onElected(leadership -> {
                    election.join().close();
                    closed.countDown();
                })
                .onRevoked(end -> told.incrementAndGet())));
        awaits(closed);
        soon().until(() -> !service.isHeld("office"));
        election.join().close();
        assertThat(told).hasValue(0);
    }

    @Test
    void close_isBounded_andReleasesAtOnce() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        BlockingQueue<String> said = new LinkedBlockingQueue<>();
        LeaderElection election = started(LeaderElection.builder(client(), "office")
                .onElected(untilInterrupted(begun, said))
                .onRevoked(end -> said.add("revoked " + end)));
        awaits(begun);
        election.close();
        assertThat(service.isHeld("office")).isFalse();
        assertThat(said).containsExactly("interrupted, valid false", "revoked CLOSED");
        LeaderElection waiting = started(LeaderElection.builder(client(), "office"));
        soon().until(waiting::isLeader);
        LeaderElection behind = started(LeaderElection.builder(client(), "office"));
        soon().until(() -> service.waiting("office") == 1);
        behind.close();
        assertThat(service.waiting("office")).isZero();
    }

    @Test
    void anElectionWhoseClientIsClosed_ends() {
        LockClient client = client();
        LeaderElection election = started(LeaderElection.builder(client, "office"));
        soon().until(election::isLeader);
        client.close();
        assertThat(election.isLeader()).isFalse();
        soon().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("pawl-leader-office")));
    }

    @Test
    void thoseWhoWatch_areToldWhoLeads() {
        BlockingQueue<Optional<LockInfo>> leaders = new LinkedBlockingQueue<>();
        LeaderElection first = started(LeaderElection.builder(client(), "office"));
        soon().until(first::isLeader);
        started(LeaderElection.builder(client(), "office").onLeaderChanged(leaders::add));
        soon().until(() -> leaders.stream().anyMatch(Optional::isPresent));
        assertThat(leaders.element().orElseThrow().name()).isEqualTo("office");
        first.close();
        soon().until(() -> leaders.stream()
                        .flatMap(Optional::stream)
                        .map(LockInfo::token)
                        .distinct()
                        .count()
                == 2);
    }

    @Test
    void aBodyWhoseExceptionCannotEvenBeLogged_resigns() {
        BlockingQueue<LeadershipEnd> ends = new LinkedBlockingQueue<>();
        started(LeaderElection.builder(client(), "office")
                .onElected(leadership -> {
                    throw new IllegalStateException() {
                        private static final long serialVersionUID = 1L;

                        @Override
                        public String getMessage() {
                            throw new StackOverflowError("planted");
                        }
                    };
                })
                .onRevoked(ends::add));
        soon().until(() -> ends.size() >= 2);
        assertThat(ends).containsOnly(LeadershipEnd.FAILED);
    }

    @Test
    void closingTheClient_leavesTheLockToItsLease_whileABodyRuns() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch stubborn = new CountDownLatch(1);
        BlockingQueue<String> said = new LinkedBlockingQueue<>();
        LockClient client = client();
        LeaderElection election = started(LeaderElection.builder(client, "office")
                .stopTimeout(Duration.ofMillis(50))
                .onElected(leadership -> {
                    leadership.onLost(() -> said.add("lost"));
                    begun.countDown();
                    while (stubborn.getCount() > 0) {
                        try {
                            stubborn.await();
                        } catch (InterruptedException e) {
                            // It takes no notice.
                        }
                    }
                }));
        awaits(begun);
        Thread closing = new Thread(() -> {
            election.close();
            said.add("closed");
        });
        closing.start();
        soon().until(() -> !election.isLeader());
        long before = System.nanoTime();
        client.close();
        LeaderElection next = started(LeaderElection.builder(client(), "office"));
        soon().until(next::isLeader);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(LEASE.dividedBy(3));
        closing.join();
        stubborn.countDown();
        assertThat(said).as("the office ended by close(), not by a loss").containsExactly("closed");
    }

    @Test
    void aListenerOfTheClient_mayResign_withoutWaitingForItself() {
        LockClient client = client();
        CompletableFuture<LeaderElection> election = new CompletableFuture<>();
        BlockingQueue<Duration> took = new LinkedBlockingQueue<>();
        client.addListener(new LockListener() {
            @Override
            public void onReleased(FencingToken token, Duration held) {
                long before = System.nanoTime();
                election.join().resign();
                took.add(Duration.ofNanos(System.nanoTime() - before));
            }
        });
        election.complete(started(LeaderElection.builder(client, "office")));
        soon().until(election.join()::isLeader);
        election.join().resign();
        soon().until(() -> !took.isEmpty());
        assertThat(took.element()).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void close_interruptsABodyThatResignedByItself() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        BlockingQueue<String> said = new LinkedBlockingQueue<>();
        LeaderElection election =
                started(LeaderElection.builder(client(), "office").onElected(leadership -> {
                    leadership.resign();
                    untilInterrupted(begun, said).lead(leadership);
                }));
        awaits(begun);
        election.close();
        assertThat(said).containsExactly("interrupted, valid false");
        assertThat(service.isHeld("office")).isFalse();
    }

    @Test
    void optionsOfTheClientWithoutRenewal_areRefused_andHoldAtLeastKeepsNoOffice() {
        LockClient unrenewed =
                LockClient.using(service, LockOptions.builder().renewal(false).build());
        open.add(unrenewed);
        assertThatThrownBy(() -> LeaderElection.builder(unrenewed, "office").start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("renewal");
        LockClient keeping = LockClient.using(
                service, LockOptions.builder().holdAtLeast(Duration.ofHours(1)).build());
        open.add(keeping);
        LeaderElection election = started(LeaderElection.builder(keeping, "office"));
        soon().until(election::isLeader);
        election.close();
        assertThat(service.isHeld("office")).isFalse();
    }

    @Test
    void whatIsWrong_isRefusedBeforeAnythingIsSent() {
        LockClient client = client();
        assertThatThrownBy(() -> LeaderElection.builder(client, " ")).isInstanceOf(IllegalArgumentException.class);
        LeaderElection.Builder builder = LeaderElection.builder(client, "office");
        assertThatThrownBy(() -> builder.stopTimeout(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("timeout");
        LockOptions unrenewed = LockOptions.builder().renewal(false).build();
        assertThatThrownBy(() -> builder.options(unrenewed))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("renewal");
        assertThat(service.isHeld("office")).isFalse();
    }
}
