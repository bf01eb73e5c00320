package dev.pawl.lock.chaos;

import dev.pawl.lock.testkit.BackendFixture;
import dev.pawl.lock.testkit.WrongClock;
import dev.pawl.lock.testservers.TcpProxy;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A backend for the fault harness: its service, which faults it is run under, and which of them its promises do not cover. Set up
 * by one thread, and not changed while a run uses it.
 */
public final class ChaosService {

    private static final Duration TIDY_WITHIN = Duration.ofSeconds(4);

    private final String name;
    private final BackendFixture fixture;
    private final Map<FaultKind, Harm> own = new EnumMap<>(FaultKind.class);
    private final Set<FaultKind> faults = EnumSet.complementOf(EnumSet.of(
            FaultKind.EMPTY_SERVER,
            FaultKind.KILL_ONE_SERVER,
            FaultKind.STOP_ONE_SERVER,
            FaultKind.DEMOTE,
            FaultKind.STOPPED_REPLICA,
            FaultKind.END_SESSIONS,
            FaultKind.EXPIRE_SESSION,
            FaultKind.REAP_PARENTS,
            FaultKind.CUT_WAKE_UPS,
            FaultKind.REVOKE,
            FaultKind.FORCE_RELEASE));
    private final Set<FaultKind> oneHolder = EnumSet.noneOf(FaultKind.class);
    private final Set<FaultKind> order = EnumSet.noneOf(FaultKind.class);
    private Administration.Connector administration;
    private Duration tidyWithin = TIDY_WITHIN;
    private Duration exchange;

    /** What only this service knows how to do to itself. */
    record Harm(Consumer<List<TcpProxy>> begin, Runnable end) {}

    private ChaosService(String name, BackendFixture fixture) {
        this.name = name;
        this.fixture = fixture;
        exchange = fixture.ioLimit();
        administration = () -> ClientAdministration.connect(fixture);
        if (WrongClock.library().isEmpty()) {
            // Not to be counted among the faults.
            faults.remove(FaultKind.STEP_CLOCK);
        }
    }

    /**
     * A service under every fault that any service can have: of the clients, of their networks, and kills and stops of the servers;
     * clocks are stepped where {@link WrongClock#library()} is.
     * All servers that the fixture's URL names at 127.0.0.1 are reached through a proxy of each client.
     *
     * @param name what {@code -Dchaos.backend} calls it
     * @param fixture the service, which {@link ChaosTest} closes
     * @return a service whose promises hold under all of them
     */
    public static ChaosService of(String name, BackendFixture fixture) {
        return new ChaosService(name, fixture);
    }

    /**
     * Adds a fault that needs no more: {@code EMPTY_SERVER} or {@code CUT_WAKE_UPS}, which the fixture can cause itself, or one of the two
     * of {@link #withOperator()}.
     *
     * @param kind the fault
     * @return this
     */
    public ChaosService with(FaultKind kind) {
        faults.add(kind);
        return this;
    }

    /**
     * Adds a fault that this service has a way of its own to cause, at once.
     *
     * @param kind the fault
     * @param harm causes it
     * @return this
     */
    public ChaosService with(FaultKind kind, Runnable harm) {
        return with(kind, harm, () -> {});
    }

    /**
     * Adds a fault that this service has a way of its own to cause and to end.
     *
     * @param kind the fault
     * @param begin causes it
     * @param end ends it
     * @return this
     */
    public ChaosService with(FaultKind kind, Runnable begin, Runnable end) {
        own.put(kind, new Harm(proxies -> begin.run(), end));
        return with(kind);
    }

    /**
     * Adds a fault of one client that this service has a way of its own to cause, at once.
     *
     * @param kind the fault
     * @param harm causes it to the client that comes through these proxies, and no other does
     * @return this
     */
    public ChaosService withOneClient(FaultKind kind, Consumer<List<TcpProxy>> harm) {
        own.put(kind, new Harm(harm, () -> {}));
        return with(kind);
    }

    /**
     * Adds a fault of the whole service that concerns the networks of the clients, too.
     *
     * @param kind the fault
     * @param begin causes it; all proxies of all clients are given to it
     * @param end ends it
     * @return this
     */
    public ChaosService withNetworks(FaultKind kind, Consumer<List<TcpProxy>> begin, Runnable end) {
        own.put(kind, new Harm(begin, end));
        return with(kind);
    }

    /**
     * Leaves faults out.
     *
     * @param kinds the faults
     * @return this
     */
    public ChaosService without(FaultKind... kinds) {
        faults.removeAll(Set.of(kinds));
        return this;
    }

    /**
     * Says what the backend's page says: that under these faults two may hold a lock (invariants 4 and 5).
     *
     * @param kinds the faults
     * @return this
     */
    public ChaosService oneHolderExceptUnder(FaultKind... kinds) {
        oneHolder.addAll(Set.of(kinds));
        return this;
    }

    /**
     * Says what the backend's page says: that under these faults a hold that is lost, and does not know it yet, hands on tokens
     * that are smaller than its successor's (invariant 2).
     *
     * @param kinds the faults
     * @return this
     */
    public ChaosService orderExceptUnder(FaultKind... kinds) {
        order.addAll(Set.of(kinds));
        return this;
    }

    /**
     * Adds an operator who takes locks from their holders: {@code REVOKE} and {@code FORCE_RELEASE}. A holder whose lock is freed at once
     * may believe in it for a while, beside the next one, and hand on its tokens: those holds are excepted from invariants 2, 4 and 5,
     * and no others.
     *
     * @return this
     */
    public ChaosService withOperator() {
        return with(FaultKind.REVOKE)
                .with(FaultKind.FORCE_RELEASE)
                .oneHolderExceptUnder(FaultKind.FORCE_RELEASE)
                .orderExceptUnder(FaultKind.FORCE_RELEASE);
    }

    /** The same, who asks in another way than by a client of the fixture's backend. */
    ChaosService withOperator(Administration.Connector way) {
        administration = way;
        return withOperator();
    }

    Administration.Connector administration() {
        return administration;
    }

    /**
     * Says how long the service may take to forget what killed clients have left there.
     *
     * @param limit the time from the last client's end
     * @return this
     */
    public ChaosService tidyWithin(Duration limit) {
        tidyWithin = limit;
        return this;
    }

    /**
     * Says how long the client processes wait for an answer, where that is not as long as the fixture does.
     *
     * @param limit their time limit of one exchange with the service
     * @return this
     */
    public ChaosService answeringWithin(Duration limit) {
        exchange = limit;
        return this;
    }

    String name() {
        return name;
    }

    BackendFixture fixture() {
        return fixture;
    }

    Set<FaultKind> faults() {
        return faults;
    }

    Duration tidyWithin() {
        return tidyWithin;
    }

    Promise promise(Duration lease) {
        return new Promise(oneHolder, order, lease, exchange);
    }

    /** The harm that only this service knows how to do. */
    Harm own(FaultKind kind) {
        Harm harm = own.get(kind);
        if (harm == null) {
            throw new IllegalArgumentException(name + " has no way to cause " + kind);
        }
        return harm;
    }
}
