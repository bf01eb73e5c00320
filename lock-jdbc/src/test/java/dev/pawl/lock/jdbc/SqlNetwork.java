package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.TcpProxy;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A network that fails between a client and its database. */
@Timeout(120)
abstract class SqlNetwork {

    private final SqlFixture fixture;
    private final String url;
    private final SqlClients clients = new SqlClients();
    private final Bench bench;
    private final TcpProxy proxy;

    SqlNetwork(SqlFixture fixture, String url) {
        this.fixture = fixture;
        this.url = url;
        bench = new Bench(fixture, "network");
        proxy = clients.closing(TcpProxy.to(fixture.server().port()));
    }

    @BeforeEach
    void heal() {
        fixture.heal();
    }

    @AfterEach
    void close() throws Exception {
        proxy.pass();
        bench.close();
        clients.close();
    }

    private LockClient proxied() {
        return clients.connect(proxy.through(url));
    }

    @Test
    void blackHole_isAFaultWithinTheTimeLimit_andIsOverWhenItIsOver() {
        LockClient client = proxied();
        DistributedLock lock = client.lock(bench.name());
        Bench.hold(client, lock.name()).close();
        proxy.blackHole();
        for (int i = 0; i < 3; i++) {
            Duration took = Bench.timed(
                    () -> assertThat(catchThrowable(lock::tryAcquire)).isInstanceOf(LockBackendException.class));
            assertThat(took).isLessThan(bench.ioBound());
        }
        proxy.pass();
        Bench.await("the same client works again").until(() -> isAcquired(lock));
        bench.assertNothingLeft(lock.name(), bench.ioBound().multipliedBy(2));
    }

    private static boolean isAcquired(DistributedLock lock) {
        try {
            Optional<Lease> lease = lock.tryAcquire();
            lease.ifPresent(Lease::close);
            return lease.isPresent();
        } catch (LockBackendException e) {
            return false;
        }
    }

    @Test
    void holderBehindABlackHole_knowsThatItsLeaseIsOver_beforeAnotherHasIt() {
        String name = bench.name();
        LockOptions brief =
                LockOptions.builder().leaseTime(Duration.ofSeconds(3)).build();
        Lease lease = Bench.hold(proxied(), name, brief);
        proxy.blackHole();
        try (Lease next = Bench.get(clients.connect(url).lock(name).acquireAsync())) {
            assertThat(lease.isValid()).isFalse();
            next.ensureValid();
        }
        proxy.pass();
        bench.assertNothingLeft(name, bench.ioBound().multipliedBy(2));
    }

    @Test
    void resetConnections_costOneFaultAtTheMost() {
        LockClient client = proxied();
        DistributedLock lock = client.lock(bench.name());
        for (int i = 0; i < 5; i++) {
            Bench.hold(client, lock.name()).close();
            proxy.cut();
            Bench.await("the same client works again").atMost(bench.ioBound()).until(() -> isAcquired(lock));
        }
        bench.assertNothingLeft(lock.name());
    }

    /** The first reply is that of the attempt. */
    @Test
    void attemptWhoseReplyIsLost_isResolvedOrUndone() {
        LockClient client = proxied();
        for (int i = 0; i < 10; i++) {
            DistributedLock lock = client.lock(bench.name());
            Bench.hold(client, lock.name()).close();
            proxy.dropReply(1);
            try {
                lock.tryAcquire().orElseThrow().close();
            } catch (LockBackendException e) {
                assertThat(e).hasMessageContaining(lock.name());
            }
            proxy.pass();
            bench.assertNothingLeft(lock.name());
        }
    }

    /** Whichever reply it is: that to the attempt, or that to joining the queue. */
    @Test
    void waiterWhoseReplyIsLost_leavesNoGhost() {
        AtomicInteger served = new AtomicInteger();
        for (int reply = 1; reply <= 4; reply++) {
            String name = bench.name();
            LockClient client = proxied();
            Bench.hold(client, bench.name()).close();
            Lease lease = Bench.hold(clients.connect(url), name);
            proxy.dropReply(reply);
            try {
                assertThat(client.lock(name).tryAcquire(Duration.ofMillis(300))).isEmpty();
                served.incrementAndGet();
            } catch (LockBackendException e) {
                assertThat(e).hasMessageContaining(name);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            proxy.pass();
            lease.close();
            bench.assertNothingLeft(name);
            client.close();
        }
        assertThat(served).as("of four, with a lost reply each").hasValueLessThan(4);
    }

    @Test
    void releaseWhoseReplyIsLost_isMadeAgain_andIsNoLoss() {
        LockClient client = proxied();
        for (int i = 0; i < 10; i++) {
            String name = bench.name();
            Lease lease = Bench.hold(client, name);
            proxy.dropReply(1);
            lease.close();
            proxy.pass();
            bench.assertNothingLeft(name);
        }
    }

    @Test
    void renewalWhoseReplyIsLost_isMadeAgain() {
        String name = bench.name();
        Duration leaseTime = Duration.ofSeconds(3);
        Lease lease = Bench.hold(
                proxied(), name, LockOptions.builder().leaseTime(leaseTime).build());
        proxy.dropReply(1);
        DistributedLock other = clients.connect(url).lock(name);
        Bench.await("two lease times pass")
                .during(leaseTime.multipliedBy(2))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> lease.isValid() && other.tryAcquire().isEmpty());
        lease.close();
        bench.assertNothingLeft(name);
    }
}
