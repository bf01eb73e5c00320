package dev.pawl.lock.spring.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.memory.MemoryBackend;
import dev.pawl.lock.testkit.Bench;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.context.ApplicationListener;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.integration.leader.AbstractCandidate;
import org.springframework.integration.leader.Candidate;
import org.springframework.integration.leader.Context;
import org.springframework.integration.leader.DefaultCandidate;
import org.springframework.integration.leader.event.AbstractLeaderEvent;
import org.springframework.integration.leader.event.OnGrantedEvent;

/** A leader election with Spring's events. */
@Timeout(120)
class PawlLeaderInitiatorTest {

    private static final String OFFICE = "office";

    private final MemoryBackend backend = MemoryBackend.create();
    private final LockClient client = LockClient.using(backend, LockOptions.defaults());
    private final LockClient other = LockClient.using(backend, LockOptions.defaults());
    private final List<PawlLeaderInitiator> initiators = new ArrayList<>();
    private final Told told = new Told();

    private PawlLeaderInitiator initiator(LockClient locks, Candidate candidate, Told publisher) {
        PawlLeaderInitiator made = new PawlLeaderInitiator(locks, candidate);
        made.setLeaderEventPublisher(publisher);
        initiators.add(made);
        return made;
    }

    private PawlLeaderInitiator initiator() {
        return initiator(client, new DefaultCandidate("", OFFICE), told);
    }

    @AfterEach
    void close() {
        initiators.forEach(PawlLeaderInitiator::stop);
        client.close();
        other.close();
    }

    @Test
    void itLeads_fromItsStartToItsStop_andAgain() {
        PawlLeaderInitiator initiator = initiator();
        Context context = initiator.getContext();
        assertThat(context.isLeader()).isFalse();
        assertThat(context.getRole()).isEqualTo(OFFICE);
        initiator.start();
        initiator.start();
        assertThat(initiator.isRunning()).isTrue();
        told.await("granted");
        assertThat(context.isLeader()).isTrue();

        initiator.stop();
        assertThat(told.all()).as("stop() waits").containsExactly("granted", "revoked");
        assertThat(context.isLeader()).isFalse();
        assertThat(initiator.isRunning()).isFalse();
        assertThat(client.held()).isEmpty();

        initiator.start();
        told.await("granted", "revoked", "granted");
        assertThat(context.isLeader()).isTrue();
    }

    @Test
    void theContextOfAnOffice_hasItsToken_andEndsWithIt() {
        PawlLeaderInitiator initiator = initiator();
        initiator.start();
        told.await("granted");
        PawlLeaderContext first = (PawlLeaderContext) told.context(0);
        assertThat(first.isLeader()).isTrue();
        first.yield();
        told.awaitBeginning("granted", "revoked", "granted");
        PawlLeaderContext second = (PawlLeaderContext) told.context(2);

        assertThat(first.isLeader()).isFalse();
        assertThat(second.token().value()).isGreaterThan(first.token().value());
        first.yield();
        assertThat(second.isLeader())
                .as("an office that is over ends no later one")
                .isTrue();
    }

    @Test
    void whoYields_leavesTheOfficeToAnother() {
        Told others = new Told();
        PawlLeaderInitiator initiator = initiator();
        PawlLeaderInitiator another = initiator(other, new DefaultCandidate("", OFFICE), others);
        initiator.start();
        told.await("granted");
        another.start();
        Bench.await("the other waits").until(() -> backend.waiting(OFFICE) == 1);
        initiator.getContext().yield();
        others.await("granted");
        assertThat(another.getContext().isLeader()).isTrue();
        assertThat(initiator.getContext().isLeader()).isFalse();
    }

    @Test
    void whoIsNotElected_isToldOnceForEachTermOfAnother_ifItWants() {
        Told others = new Told();
        PawlLeaderInitiator initiator = initiator();
        PawlLeaderInitiator another = initiator(other, new DefaultCandidate("", OFFICE), others);
        another.setPublishFailedEvents(true);
        initiator.start();
        told.await("granted");
        another.start();
        others.await("failed");
        initiator.stop();
        others.await("failed", "granted");
    }

    @Test
    void aCandidateThatLeadsInOnGranted_isInterruptedByTheLoss_andToldAfterIt() {
        CountDownLatch leads = new CountDownLatch(1);
        PawlLeaderInitiator initiator = initiator(
                client,
                new AbstractCandidate("", OFFICE) {
                    @Override
                    public void onGranted(Context context) throws InterruptedException {
                        told.add("leads");
                        leads.countDown();
                        try {
                            new CountDownLatch(1).await();
                        } finally {
                            told.add("interrupted");
                        }
                    }

                    @Override
                    public void onRevoked(Context context) {
                        told.add("onRevoked");
                    }
                },
                told);
        initiator.start();
        told.await("leads");
        assertThat(leads.getCount()).isZero();
        assertThat(backend.expire(OFFICE)).isTrue();
        told.awaitBeginning("leads", "interrupted", "onRevoked", "revoked", "leads");
    }

    @Test
    void aListenerThatThrows_neitherEndsTheOffice_norHidesItsEnd() {
        told.fails(true);
        PawlLeaderInitiator initiator = initiator();
        initiator.start();
        told.await("granted");
        assertThat(initiator.getContext().isLeader()).isTrue();
        initiator.stop();
        told.await("granted", "revoked");
    }

    @Test
    void aListenerThatStopsIt_isToldTheEnd() {
        Told publisher = new Told();
        PawlLeaderInitiator[] made = new PawlLeaderInitiator[1];
        made[0] = initiator(
                client,
                new AbstractCandidate("", OFFICE) {
                    @Override
                    public void onGranted(Context context) {
                        made[0].stop();
                    }

                    @Override
                    public void onRevoked(Context context) {
                        publisher.add("onRevoked");
                    }
                },
                publisher);
        made[0].start();
        publisher.await("granted", "onRevoked", "revoked");
        Bench.await("the release").until(() -> client.held().isEmpty());
        assertThat(made[0].isRunning()).isFalse();
    }

    @Test
    void inAContext_itStartsWithIt_andItsEventsAreTheContexts() {
        List<AbstractLeaderEvent> events = new ArrayList<>();
        CountDownLatch granted = new CountDownLatch(1);
        try (GenericApplicationContext context = new GenericApplicationContext()) {
            context.registerBean(PawlLeaderInitiator.class, () -> new PawlLeaderInitiator(client));
            context.addApplicationListener((ApplicationListener<AbstractLeaderEvent>) event -> {
                events.add(event);
                if (event instanceof OnGrantedEvent) {
                    granted.countDown();
                }
            });
            context.refresh();
            Bench.await("the event").until(() -> granted.getCount() == 0);
            assertThat(context.getBean(PawlLeaderInitiator.class).getPhase()).isEqualTo(Integer.MAX_VALUE - 1000);
        }
        assertThat(events)
                .extracting(event -> event.getClass().getSimpleName() + " " + event.getRole())
                .containsExactly("OnGrantedEvent leader", "OnRevokedEvent leader");
    }
}
