package dev.pawl.lock.zookeeper;

import dev.pawl.lock.Capability;
import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Guarantees;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.Interrupts;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.spi.StartUp;
import dev.pawl.lock.spi.TokenBlock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.imps.CuratorFrameworkState;
import org.apache.zookeeper.data.ACL;

/**
 * Locks, semaphores and reader-writer locks on a ZooKeeper server or ensemble, 3.5 or newer, as ephemeral sequential nodes.
 *
 * <p>Uses the one session of one client, whatever the number of locks. Safe for use by several threads and several clients.
 */
public final class ZooKeeperBackend implements LockBackend {

    private static final Guarantees GUARANTEES = Guarantees.builder(
                    "ZooKeeper: one holder through crashes and changes of the leader, as long as the clocks of client and servers run at"
                            + " the same rate; tokens go up as long as the service keeps its data.")
            .crashRelease(Guarantees.CrashRelease.SESSION)
            .order(Guarantees.Order.FIFO)
            .wakeUp(Guarantees.WakeUp.PUSH)
            .tokenDurability(Guarantees.TokenDurability.DURABLE)
            .supports(
                    Capability.INSPECT,
                    Capability.LIST,
                    Capability.FORCE_RELEASE,
                    Capability.SEMAPHORE,
                    Capability.READ_WRITE_LOCK)
            .build();

    private final Service service;
    private final Runnable closeClient;
    private final AtomicBoolean closed = new AtomicBoolean();

    ZooKeeperBackend(CuratorFramework client, ZooKeeperOptions options, Duration patience, Runnable closeClient) {
        this.closeClient = closeClient;
        service = new Service(client, options);
        Interrupts.heldBack(() -> service.begin(patience));
    }

    /**
     * A backend with default options. Waits until the client is connected.
     *
     * @param client the application's client, started; it stays open when the backend is closed
     * @return the backend
     * @throws dev.pawl.lock.LockBackendException if ZooKeeper is unreachable or refuses
     * @throws IllegalArgumentException if the client is not started, or a view of another ({@code usingNamespace})
     */
    public static ZooKeeperBackend create(CuratorFramework client) {
        return builder(client).build();
    }

    /**
     * A builder for a backend.
     *
     * @param client the application's client, started; it stays open when the backend is closed
     * @return a builder with the default options
     */
    public static Builder builder(CuratorFramework client) {
        return new Builder(Objects.requireNonNull(client, "client"));
    }

    @Override
    public Guarantees guarantees() {
        return GUARANTEES;
    }

    @Override
    public Contender join(Contest contest) {
        return new ZooKeeperContender(service, contest);
    }

    @Override
    public CompletionStage<Map<Grant, RenewalOutcome>> renew(Collection<Grant> due, Executor blocking) {
        List<ZooKeeperGrant> grants = due.stream().map(ZooKeeperBackend::ours).toList();
        return service.answered(service.renew(grants));
    }

    @Override
    public CompletionStage<Optional<TokenBlock>> extend(Grant grant, int tokens, Executor blocking) {
        return service.answered(service.extend(ours(grant), tokens));
    }

    @Override
    public CompletionStage<ReleaseOutcome> release(Grant grant, Executor blocking) {
        return service.answered(service.release(ours(grant)));
    }

    @Override
    public CompletionStage<Optional<LockInfo>> inspect(String name, Executor blocking) {
        return service.answered(service.holders().inspect(name));
    }

    @Override
    public CompletionStage<List<LockInfo>> list(String prefix, int limit, Executor blocking) {
        return service.answered(service.holders().list(prefix, limit));
    }

    /** At once: {@link Capability#REVOKE} is not among what this backend can do. */
    @Override
    public CompletionStage<Optional<LockInfo>> takeAway(FencingToken seen, boolean atOnce, Executor blocking) {
        return service.answered(service.holders().forceRelease(seen));
    }

    @Override
    public CompletionStage<?> ping(Executor blocking) {
        return service.answered(service.ping());
    }

    private static ZooKeeperGrant ours(Grant grant) {
        if (grant instanceof ZooKeeperGrant ours) {
            return ours;
        }
        throw new IllegalArgumentException("grant " + grant + ": not from a ZooKeeper backend");
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            Interrupts.heldBack(() -> {
                service.close();
                closeClient.run();
            });
        }
    }

    /** Options of a {@link ZooKeeperBackend}. Not safe for use by several threads. */
    public static final class Builder {

        private final CuratorFramework client;
        private ZooKeeperOptions options = ZooKeeperOptions.DEFAULTS;
        private Duration connectTimeout = StartUp.USUAL_LIMIT;

        private Builder(CuratorFramework client) {
            this.client = client;
        }

        /**
         * Sets the node under which all locks are; {@code pawl} by default. It lies inside the client's own namespace, if that
         * has one.
         *
         * @param namespace letters, digits, {@code .}, {@code _} and {@code -}; not {@code zookeeper}
         * @return this
         */
        public Builder namespace(String namespace) {
            options = options.withNamespace(namespace);
            return this;
        }

        /**
         * Sets who may do what with the nodes that are made; everybody everything by default. All clients of a lock need to read,
         * create, write and delete. The client's own {@code ACLProvider} is not asked.
         *
         * @param acl at least one entry
         * @return this
         */
        public Builder acl(List<ACL> acl) {
            options = options.withAcl(acl);
            return this;
        }

        /**
         * Sets the longest that one request may take; three seconds by default.
         *
         * @param ioTimeout from 10 ms to an hour
         * @return this
         */
        public Builder ioTimeout(Duration ioTimeout) {
            options = options.withIoTimeout(ioTimeout);
            return this;
        }

        /**
         * Sets how long {@link #build()} may try to reach the service; ten seconds by default. An attempt that timed out is repeated
         * until this is over; one that was refused is not. The last may add the I/O time limit.
         *
         * @param connectTimeout from zero, which means one attempt, to an hour
         * @return this
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder connectTimeout(Duration connectTimeout) {
            this.connectTimeout = StartUp.checked(connectTimeout);
            return this;
        }

        /**
         * Waits until the client is connected, for {@link #connectTimeout} at the most.
         *
         * @return the backend
         * @throws dev.pawl.lock.LockBackendException if ZooKeeper is unreachable or refuses
         * @throws IllegalArgumentException if the client is not started, or a view of another ({@code usingNamespace})
         */
        public ZooKeeperBackend build() {
            if (client.getState() != CuratorFrameworkState.STARTED) {
                throw new IllegalArgumentException(
                        "client: is " + client.getState() + "; a started CuratorFramework is needed");
            }
            checkTellsOfItsEnd();
            return StartUp.withClient(ZooKeeperBackend.class, connectTimeout)
                    .connect(() -> new ZooKeeperBackend(client, options, options.ioTimeout(), () -> {}));
        }

        /** A view does not tell when its client is closed: its holds would go on for a moment after the service has ended them. */
        private void checkTellsOfItsEnd() {
            try {
                client.getCuratorListenable();
            } catch (UnsupportedOperationException e) {
                throw new IllegalArgumentException(
                        "client: is a view of another with the namespace '" + client.getNamespace()
                                + "', made by usingNamespace(); hand in the client that it was made of, or one that was built with"
                                + " that namespace",
                        e);
            }
        }
    }
}
