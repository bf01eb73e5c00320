package dev.pawl.lock.redlock;

import dev.pawl.lock.redis.internal.Calls;
import dev.pawl.lock.redis.internal.Faults;
import dev.pawl.lock.redis.internal.Link;
import dev.pawl.lock.redis.internal.RedisOptions;
import dev.pawl.lock.redis.internal.Version;
import dev.pawl.lock.spi.BackendFault;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects to one master on a thread of its own, since lettuce blocks, and goes on until it has. From then on lettuce reconnects
 * by itself. Never interrupted: lettuce would leave the connection that it was making to nobody. One that is made too late is
 * closed as soon as it is there.
 */
final class MasterConnector implements Runnable, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MasterConnector.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Master master;
    private final Supplier<Link> connector;
    private final RedisOptions options;
    private final String clientId;
    private final WakeUps wakeUps;
    private final Set<String> addresses;
    private final Master.TimeOfDay timeOfDay;
    private final Consumer<MasterConnector> firstTryIsOver;
    private final Thread thread;
    private final ReentrantLock mutex = new ReentrantLock();
    private final Condition closing = mutex.newCondition();

    // Under the mutex.
    private boolean closed;
    private @Nullable Link link;
    private @Nullable Calls calls;

    private volatile @Nullable Throwable hopeless;

    /**
     * Not started yet.
     *
     * @param addresses of all masters that are connected
     * @param firstTryIsOver told once, whether or not it was a success
     */
    MasterConnector(
            Master master,
            Supplier<Link> connector,
            RedisOptions options,
            String clientId,
            WakeUps wakeUps,
            Set<String> addresses,
            Master.TimeOfDay timeOfDay,
            Consumer<MasterConnector> firstTryIsOver) {
        this.master = master;
        this.connector = connector;
        this.options = options;
        this.clientId = clientId;
        this.wakeUps = wakeUps;
        this.addresses = addresses;
        this.timeOfDay = timeOfDay;
        this.firstTryIsOver = firstTryIsOver;
        thread = new Thread(this, "pawl-redlock-connect-" + master.name());
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    Master master() {
        return master;
    }

    /** What no further attempt mends: two of the clients that were handed in lead to one server, or a class of lettuce's is missing. */
    @Nullable
    Throwable hopeless() {
        return hopeless;
    }

    @Override
    public void run() {
        boolean done;
        try {
            done = tryOnce();
        } finally {
            firstTryIsOver.accept(this);
        }
        if (!master.isConnected() && !isClosed()) {
            LOG.warn(
                    "Redis master {} is not connected{}: {}",
                    master.name(),
                    done ? "" : ", going on to try",
                    master.notConnected().getMessage());
        }
        while (!done && pause()) {
            done = tryOnce();
            if (done) {
                LOG.info("Redis master {} is connected", master.name());
            }
        }
    }

    private boolean tryOnce() {
        long startNanos = System.nanoTime();
        Link opened = null;
        Calls started = null;
        try {
            opened = connector.get();
            String address = opened.nodeOf(null);
            if (address != null && !addresses.add(address)) {
                IllegalArgumentException same = new IllegalArgumentException(
                        "clients: two of them lead to the same server, " + address + "; its vote would count twice");
                hopeless = same;
                master.unreachable(NodeFault.notAsked("is another one's server", same));
                opened.close();
                return true;
            }
            Version version = opened.askVersion();
            started = new Calls(opened, options.ioTimeout());
            started.start();
            opened.subscribe(
                    Master.channelPrefix(options) + clientId,
                    wakeUps::heard,
                    wakeUps::mayHaveMissed,
                    wakeUps::areExpected,
                    options.ioTimeout());
            version.check(options.ioTimeout());
            long sentAt = System.nanoTime();
            // In time: it ends with the I/O time limit.
            timeOfDay.heard(started.time().get(), sentAt);
            return adopt(opened, started);
        } catch (LinkageError e) {
            hopeless = e;
            failed(e, opened, started, startNanos);
            return true;
        } catch (Throwable e) {
            // Whatever it is: without this thread the master is never connected.
            failed(e, opened, started, startNanos);
            return isClosed();
        }
    }

    private boolean adopt(Link opened, Calls started) {
        mutex.lock();
        try {
            if (closed) {
                opened.close();
                started.close();
                return true;
            }
            link = opened;
            calls = started;
        } finally {
            mutex.unlock();
        }
        master.connected(opened, started);
        return true;
    }

    private void failed(Throwable failure, @Nullable Link opened, @Nullable Calls started, long startNanos) {
        Duration elapsed = Duration.ofNanos(System.nanoTime() - startNanos);
        BackendFault fault = Faults.of(master.name(), failure);
        if (opened != null) {
            String address = opened.nodeOf(null);
            if (address != null) {
                addresses.remove(address);
            }
            opened.close();
        }
        if (started != null) {
            started.close();
        }
        master.unreachable(NodeFault.notAsked(Master.outcome(fault) + ", after " + elapsed.toMillis() + " ms", fault));
    }

    private boolean isClosed() {
        mutex.lock();
        try {
            return closed;
        } finally {
            mutex.unlock();
        }
    }

    /** False if it was closed meanwhile. */
    private boolean pause() {
        mutex.lock();
        try {
            long left = PAUSE.toNanos();
            while (!closed && left > 0) {
                left = closing.awaitNanos(left);
            }
            return !closed;
        } catch (InterruptedException e) {
            return false;
        } finally {
            mutex.unlock();
        }
    }

    /** Closes the connection within a bounded time. One that is being made is closed when it is there. */
    @Override
    public void close() {
        Link opened;
        Calls started;
        mutex.lock();
        try {
            closed = true;
            closing.signalAll();
            opened = link;
            started = calls;
        } finally {
            mutex.unlock();
        }
        if (opened != null) {
            opened.close();
        }
        if (started != null) {
            started.close();
        }
    }
}
