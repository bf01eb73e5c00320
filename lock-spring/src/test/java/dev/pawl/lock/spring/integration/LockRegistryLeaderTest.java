package dev.pawl.lock.spring.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.memory.MemoryBackend;
import dev.pawl.lock.testkit.Bench;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.integration.leader.DefaultCandidate;
import org.springframework.integration.support.leader.LockRegistryLeaderInitiator;

/** Spring Integration's own leader initiator over Pawl's registry: the cases of its own tests, and a lock that is lost. */
@Timeout(120)
class LockRegistryLeaderTest {

    private final MemoryBackend backend = MemoryBackend.create();
    private final LockClient client = LockClient.using(backend, LockOptions.defaults());
    private final List<LockRegistryLeaderInitiator> initiators = new ArrayList<>();
    private final Told told = new Told();
    private final LockRegistryLeaderInitiator first = initiator(told);

    private LockRegistryLeaderInitiator initiator(Told publisher) {
        LockRegistryLeaderInitiator made =
                new LockRegistryLeaderInitiator(LockRegistrySuite.registry(client), new DefaultCandidate("", "office"));
        made.setLeaderEventPublisher(publisher);
        initiators.add(made);
        return made;
    }

    @AfterEach
    void close() {
        initiators.forEach(LockRegistryLeaderInitiator::stop);
        client.close();
    }

    @Test
    void itLeads_fromItsStartToItsStop() {
        assertThat(first.getContext().isLeader()).isFalse();
        first.start();
        told.await("granted");
        assertThat(first.getContext().isLeader()).isTrue();
        first.stop();
        told.await("granted", "revoked");
        assertThat(first.getContext().isLeader()).isFalse();
        Bench.await("the release").until(() -> client.held().isEmpty());
    }

    @Test
    void itYields() {
        first.start();
        told.await("granted");
        first.getContext().yield();
        told.awaitBeginning("granted", "revoked");
    }

    @Test
    void anotherWaits_isToldThatItFailed_andFollows() {
        Told others = new Told();
        LockRegistryLeaderInitiator another = initiator(others);
        another.setPublishFailedEvents(true);
        first.start();
        told.await("granted");
        another.start();
        others.awaitBeginning("failed");
        assertThat(another.getContext().isLeader()).isFalse();
        first.stop();
        Bench.await("the other leads").until(() -> others.all().contains("granted"));
        assertThat(another.getContext().isLeader()).isTrue();
    }

    @Test
    void aListenerThatThrows_doesNotEndTheOffice() {
        told.fails(true);
        first.start();
        told.await("granted");
        Bench.await("it leads").until(() -> first.getContext().isLeader());
    }

    @Test
    void aLockThatIsLost_isRevoked_andItStandsAgain() {
        first.start();
        told.await("granted");
        assertThat(backend.expire("office")).isTrue();
        told.awaitBeginning("granted", "revoked", "granted");
        assertThat(first.getContext().isLeader()).isTrue();
    }
}
