package dev.pawl.lock.chaos;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LockException;
import dev.pawl.lock.chaos.Event.Kind;
import dev.pawl.lock.spi.BackendFault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes locks from their holders while clients use them, as long as a fault lasts, and tells the resource the raised token as an operator
 * tells his guards. Which lock, and with a token of how long ago, is chance. Used by the thread that harms the service.
 */
final class Operator implements AutoCloseable {

    /** As this process is called in the history. */
    static final String NAME = "operator";

    /** One taking in so many is tried with a token that was seen before the last. */
    private static final int ONE_IN = 4;

    private final Administration.Connector connector;
    private final int resourcePort;
    private final EventLog log;
    private final Duration lease;
    private final Map<String, FencingToken> seenBefore = new HashMap<>();
    private @Nullable Administration administration;
    private @Nullable ResourceClient resource;
    private long takings;

    Operator(Administration.Connector connector, int resourcePort, EventLog log, Duration lease) {
        this.connector = connector;
        this.resourcePort = resourcePort;
        this.log = log;
        this.lease = lease;
    }

    /** Goes on until the fault is over. A service that is away is no failure: other faults come, too. */
    void work(Fault fault) throws InterruptedException {
        boolean atOnce = fault.kind() == FaultKind.FORCE_RELEASE;
        Random random = new Random(fault.at().toNanos());
        long end = System.nanoTime() + fault.lasts().toNanos();
        do {
            try {
                takeOne(atOnce, random);
            } catch (LockException | BackendFault e) {
                // What became of the taking is unknown: the history has its beginning only.
            }
            TimeUnit.NANOSECONDS.sleep(1 + (long) (random.nextDouble() * lease.toNanos() / 4));
        } while (System.nanoTime() < end);
    }

    private void takeOne(boolean atOnce, Random random) {
        Administration admin = administration();
        List<FencingToken> held = admin.held(random);
        if (held.isEmpty()) {
            return;
        }
        FencingToken now = held.get(random.nextInt(held.size()));
        FencingToken before = seenBefore.put(now.lock(), now);
        FencingToken seen = before != null && random.nextInt(ONE_IN) == 0 ? before : now;
        long number = ++takings;
        String how = (atOnce ? FaultKind.FORCE_RELEASE : FaultKind.REVOKE).name();
        write(Kind.TAKE, number, seen, how);
        Optional<FencingToken> raised = admin.takeAway(seen, atOnce);
        if (raised.isEmpty()) {
            write(Kind.NOT_TAKEN, number, seen, how);
            return;
        }
        write(Kind.TAKEN, number, raised.get(), how);
        seenBefore.put(now.lock(), raised.get());
        tellTheResource(number, raised.get());
    }

    private void write(Kind kind, long number, FencingToken token, String note) {
        log.write(new Event(System.nanoTime(), kind, NAME, number, token.lock(), token.value(), 0, note));
    }

    private void tellTheResource(long number, FencingToken raised) {
        try {
            ResourceClient client = resource;
            if (client == null) {
                client = new ResourceClient(resourcePort, NAME);
                resource = client;
            }
            client.write(number, raised.lock(), raised.value());
        } catch (IOException e) {
            throw new UncheckedIOException("without the resource the run proves nothing", e);
        }
    }

    private Administration administration() {
        Administration connected = administration;
        if (connected == null) {
            connected = connector.connect();
            administration = connected;
        }
        return connected;
    }

    @Override
    public void close() {
        Administration connected = administration;
        if (connected != null) {
            connected.close();
        }
        try {
            ResourceClient client = resource;
            if (client != null) {
                client.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
