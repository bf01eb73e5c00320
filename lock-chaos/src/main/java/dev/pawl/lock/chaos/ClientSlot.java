package dev.pawl.lock.chaos;

import dev.pawl.lock.chaos.Event.Kind;
import dev.pawl.lock.testkit.BackendFixture;
import dev.pawl.lock.testkit.ChildJvm;
import dev.pawl.lock.testkit.WrongClock;
import dev.pawl.lock.testservers.TcpProxy;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A client process, its network and its clock; when it is killed, another one takes its place. One thread harms the process. */
final class ClientSlot implements AutoCloseable {

    private static final Pattern ADDRESS = Pattern.compile("127\\.0\\.0\\.1:(\\d+)");
    private static final long LOOK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final int number;
    private final ChaosPlan plan;
    private final int resource;
    private final Path directory;
    private final EventLog log;
    private final List<TcpProxy> proxies = new ArrayList<>();
    private final String url;
    private final Map<String, String> settings;
    private final Path clock;
    private int incarnation;
    private boolean closed;
    private int aims;
    private volatile @Nullable ChildJvm process;

    ClientSlot(int number, ChaosPlan plan, BackendFixture service, int resource, Path directory, EventLog log) {
        this.number = number;
        this.plan = plan;
        this.resource = resource;
        this.directory = directory;
        this.log = log;
        settings = service.settings();
        clock = directory.resolve("clock-" + number);
        WrongClock.step(clock, Duration.ZERO);
        String direct =
                service.url().orElseThrow(() -> new IllegalArgumentException("no process reaches this service"));
        List<Integer> ports = ADDRESS.matcher(direct)
                .results()
                .map(match -> Integer.parseInt(match.group(1)))
                .distinct()
                .toList();
        String through = direct;
        for (int port : ports) {
            TcpProxy proxy = TcpProxy.to(port);
            proxies.add(proxy);
            through = proxy.through(through);
        }
        url = through;
    }

    String name() {
        return "c" + number;
    }

    List<TcpProxy> proxies() {
        return proxies;
    }

    /** Starts the next process, and does not wait for it; none when the run has ended, perhaps before its time. */
    synchronized void start() {
        if (closed) {
            return;
        }
        String name = name() + "." + ++incarnation;
        Workload.Arguments arguments = new Workload.Arguments(
                name,
                directory.resolve(name + ".log"),
                resource,
                plan.seed() + 100L * number + 10_000L * incarnation,
                plan.threads(),
                plan.locks(),
                plan.lease(),
                plan.hold());
        Map<String, String> environment = WrongClock.library()
                .map(library -> WrongClock.from(library, clock))
                .orElse(Map.of());
        process = ChildJvm.start(plan.clientMain(), url, settings, environment, arguments.toArray());
    }

    ChildJvm process() {
        return Objects.requireNonNull(process, "not started");
    }

    void kill() {
        log.write(new Event(System.nanoTime(), Kind.KILLED, name() + "." + incarnation, 0, "", 0, 0, ""));
        process().close();
        requireNotEnded();
    }

    /** Another that takes its place must not hide that one has failed. */
    void requireNotEnded() {
        process().endedByItself().ifPresent(how -> {
            throw new AssertionError(name() + "." + incarnation + ": " + how);
        });
    }

    /** Tells the process to come to its end. */
    void drain() {
        try {
            process().send("drain");
        } catch (UncheckedIOException gone) {
            process().close();
            requireNotEnded();
            throw gone;
        }
    }

    /** Stops the process where a thread is about to write; after a while wherever it is. */
    void stopBeforeWrite(Duration patience) {
        int aim = ++aims;
        process().send("aim " + aim);
        long deadline = System.nanoTime() + patience.toNanos();
        while (!process().has("aimed-" + aim) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
        }
        process().stop();
        process().send("go");
    }

    /** By nothing, always; by something, where it can be. */
    void stepClock(Duration off) {
        if (!off.isZero() && WrongClock.library().isEmpty()) {
            throw new IllegalStateException("no clock can be stepped here: Debian's faketime is not installed");
        }
        WrongClock.step(clock, off);
    }

    /** Whatever was done to it ends. */
    void heal() {
        proxies.forEach(TcpProxy::pass);
        stepClock(Duration.ZERO);
    }

    @Override
    public synchronized void close() {
        closed = true;
        ChildJvm running = process;
        if (running != null) {
            running.close();
        }
        proxies.forEach(TcpProxy::close);
    }
}
