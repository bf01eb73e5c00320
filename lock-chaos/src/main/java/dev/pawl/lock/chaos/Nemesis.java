package dev.pawl.lock.chaos;

import dev.pawl.lock.chaos.Event.Kind;
import dev.pawl.lock.testkit.BackendFixture;
import dev.pawl.lock.testservers.TcpProxy;
import dev.pawl.lock.testservers.TcpProxy.Direction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Does the harm of a schedule, and writes it down. Faults of one process, one network or the service follow one another. */
final class Nemesis {

    private static final long PATIENCE_MINUTES = 2;
    private static final long END_SECONDS = 10;

    private final ChaosService service;
    private final ChaosPlan plan;
    private final List<ClientSlot> slots;
    private final EventLog log;
    private final Operator operator;
    private final AtomicLong numbers = new AtomicLong();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    Nemesis(ChaosService service, ChaosPlan plan, List<ClientSlot> slots, EventLog log, Operator operator) {
        this.service = service;
        this.plan = plan;
        this.slots = slots;
        this.log = log;
        this.operator = operator;
    }

    /** Returns when the last fault of a round is over. */
    void run(ChaosPlan.Round round) throws InterruptedException {
        harm(round.faults());
        harm(round.last());
        slots.forEach(ClientSlot::heal);
        failures.stream().findFirst().ifPresent(failure -> {
            throw new AssertionError("a fault could not be caused: " + failure, failure);
        });
    }

    private void harm(List<Fault> faults) throws InterruptedException {
        Map<String, ExecutorService> lanes = new HashMap<>();
        try {
            harmInTime(faults, lanes);
        } finally {
            end(lanes);
        }
    }

    /** Of a run that ends before its time: what is under way is not worth waiting for, but writes down that it is over. */
    private static void end(Map<String, ExecutorService> lanes) throws InterruptedException {
        lanes.values().forEach(ExecutorService::shutdownNow);
        for (ExecutorService lane : lanes.values()) {
            if (!lane.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("a fault does not end, even interrupted");
            }
        }
    }

    private void harmInTime(List<Fault> faults, Map<String, ExecutorService> lanes) throws InterruptedException {
        long start = System.nanoTime();
        for (Fault fault : faults) {
            TimeUnit.NANOSECONDS.sleep(start + fault.at().toNanos() - System.nanoTime());
            lanes.computeIfAbsent(lane(fault), name -> Executors.newSingleThreadExecutor())
                    .execute(() -> perform(fault));
        }
        for (ExecutorService lane : lanes.values()) {
            lane.shutdown();
            if (!lane.awaitTermination(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
                throw new AssertionError("a fault does not end");
            }
        }
    }

    private String lane(Fault fault) {
        return switch (fault.kind().lane()) {
            case CLIENT -> "client " + fault.client();
            case NETWORK -> "network " + fault.client();
            case SERVICE -> "service";
        };
    }

    private void perform(Fault fault) {
        long number = numbers.incrementAndGet();
        String target = fault.kind().isOfOneClient() ? slots.get(fault.client()).name() : FaultSpan.EVERYBODY;
        String note = fault.kind() + " for " + fault.lasts().toMillis() + " ms"
                + (fault.size() == 0 ? "" : ", size " + fault.size());
        log.write(new Event(System.nanoTime(), Kind.FAULT, target, number, "", 0, 0, note));
        try {
            harm(fault, slots.get(fault.client()));
        } catch (Throwable e) {
            failures.add(e);
        }
        log.write(new Event(
                System.nanoTime(),
                Kind.FAULT_OVER,
                target,
                number,
                "",
                0,
                0,
                fault.kind().name()));
    }

    private void harm(Fault fault, ClientSlot client) throws InterruptedException {
        BackendFixture fixture = service.fixture();
        switch (fault.kind()) {
            case KILL_CLIENT -> during(fault, client::kill, client::start);
            case STOP_CLIENT ->
                during(
                        fault,
                        () -> client.process().stop(),
                        () -> client.process().resume());
            case STOP_BEFORE_WRITE ->
                during(
                        fault,
                        () -> client.stopBeforeWrite(plan.lease()),
                        () -> client.process().resume());
            case STEP_CLOCK ->
                during(
                        fault,
                        () -> client.stepClock(Duration.ofMillis(fault.size())),
                        () -> client.stepClock(Duration.ZERO));
            // Of all: it is no harm to wait for a server as long as another is heard.
            case SILENT_CONNECTION -> client.proxies().forEach(TcpProxy::silence);
            case PARTITION, HOLD_REQUESTS, HOLD_REPLIES, DELAY, RESET, DROP_REPLY -> {
                List<TcpProxy> harmed = some(client.proxies(), fault);
                during(fault, () -> harmed.forEach(proxy -> harm(fault, proxy)), () -> harmed.forEach(TcpProxy::pass));
            }
            case KILL_SERVER, EMPTY_SERVER ->
                during(fault, fixture::killService, () -> fixture.startService(fault.kind() == FaultKind.KILL_SERVER));
            case STOP_SERVER -> during(fault, fixture::pauseService, fixture::resumeService);
            case CUT_WAKE_UPS -> fixture.cutWakeUps();
            case REVOKE, FORCE_RELEASE -> operator.work(fault);
            case KILL_ONE_SERVER,
                    STOP_ONE_SERVER,
                    DEMOTE,
                    STOPPED_REPLICA,
                    END_SESSIONS,
                    EXPIRE_SESSION,
                    REAP_PARENTS -> {
                ChaosService.Harm harm = service.own(fault.kind());
                List<TcpProxy> harmed = fault.kind().isOfOneClient() ? client.proxies() : allProxies();
                during(fault, () -> harm.begin().accept(harmed), harm.end());
            }
        }
    }

    private void during(Fault fault, Runnable begin, Runnable end) throws InterruptedException {
        begin.run();
        last(fault);
        end.run();
    }

    private List<TcpProxy> allProxies() {
        return slots.stream().flatMap(slot -> slot.proxies().stream()).toList();
    }

    /** Of several servers, any may be out of a client's reach, or all: the schedule decides. */
    private static List<TcpProxy> some(List<TcpProxy> proxies, Fault fault) {
        Random random = new Random(fault.at().toNanos());
        List<TcpProxy> shuffled = new ArrayList<>(proxies);
        Collections.shuffle(shuffled, random);
        return shuffled.subList(0, 1 + random.nextInt(shuffled.size()));
    }

    private static void harm(Fault fault, TcpProxy proxy) {
        switch (fault.kind()) {
            case PARTITION -> proxy.blackHole();
            case HOLD_REQUESTS -> proxy.blackHole(Direction.TO_SERVER);
            case HOLD_REPLIES -> proxy.blackHole(Direction.TO_CLIENT);
            case DELAY -> {
                Duration time = Duration.ofMillis(fault.size());
                proxy.delay(Direction.TO_SERVER, time);
                proxy.delay(Direction.TO_CLIENT, time);
            }
            case RESET -> proxy.cut();
            case DROP_REPLY -> proxy.dropReply(fault.size());
            default -> throw new IllegalArgumentException(fault.kind() + " is not of the network");
        }
    }

    private void last(Fault fault) throws InterruptedException {
        fault.meanwhile().forEach(this::perform);
        TimeUnit.NANOSECONDS.sleep(fault.lasts().toNanos());
    }
}
