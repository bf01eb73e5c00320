package dev.pawl.lock.spi;

import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockConfigException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The start of one backend: how long it may try to reach its service. A JVM that has just begun, on a busy machine, needs seconds to load
 * a client library, and the service is not to blame for them. So the time counts from when the first byte could be sent, and an
 * attempt that timed out is repeated while there is time, since the next finds the classes loaded. One that failed fast failed for
 * a reason.
 *
 * <p>For backends. Safe for use by several threads.
 */
public final class StartUp {

    /** How long a start may try, unless somebody says otherwise. */
    public static final Duration USUAL_LIMIT = Duration.ofSeconds(10);

    private static final Duration LONGEST_LIMIT = Duration.ofHours(1);

    /** An attempt that fails sooner was refused; later, it may have timed out. */
    private static final long SLOW_NANOS = 1_000_000_000;

    /** What could not be sent by then never will be. */
    private static final long LONGEST_LOADING_NANOS = 60_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(StartUp.class);

    private final Class<?> backend;
    private final long limitNanos;
    private final Ticker ticker;
    private final long createdNanos;

    private final AtomicReference<@Nullable Long> begunNanos = new AtomicReference<>();

    /**
     * The start of a backend whose client is yet to be made: the limit runs from {@link #begin()} on.
     *
     * @param backend a class of the backend, in the package of its {@code libraries.properties}
     * @param connectTimeout as {@link #checked}
     */
    public StartUp(Class<?> backend, Duration connectTimeout) {
        this(backend, connectTimeout, Ticker.SYSTEM);
    }

    StartUp(Class<?> backend, Duration connectTimeout, Ticker ticker) {
        this.backend = Objects.requireNonNull(backend, "backend");
        this.limitNanos = checked(connectTimeout).toNanos();
        this.ticker = ticker;
        createdNanos = ticker.nanos();
    }

    /**
     * The start of a backend on a client that was handed in: the limit runs from now on.
     *
     * @param backend a class of the backend, in the package of its {@code libraries.properties}
     * @param connectTimeout as {@link #checked}
     * @return a start that has begun
     */
    public static StartUp withClient(Class<?> backend, Duration connectTimeout) {
        StartUp start = new StartUp(backend, connectTimeout);
        start.begin();
        return start;
    }

    /**
     * Refuses a limit that is none.
     *
     * @param connectTimeout from zero, which means one attempt, to an hour
     * @return the same
     * @throws IllegalArgumentException if it is out of range
     */
    public static Duration checked(Duration connectTimeout) {
        Objects.requireNonNull(connectTimeout, "connectTimeout");
        if (connectTimeout.isNegative() || connectTimeout.compareTo(LONGEST_LIMIT) > 0) {
            throw new IllegalArgumentException(
                    "connectTimeout " + connectTimeout + ": must be between PT0S and " + LONGEST_LIMIT);
        }
        return connectTimeout;
    }

    /** From now on something can be sent to the service. Only the first call counts. */
    public void begin() {
        if (!hasBegun()) {
            begunNanos.compareAndSet(null, ticker.nanos());
        }
    }

    /**
     * Whether anything could have been sent to the service yet.
     *
     * @return false while the client library is being loaded
     */
    public boolean hasBegun() {
        return begunNanos.get() != null;
    }

    /**
     * How long an attempt may still take. It grows when the limit begins.
     *
     * @param least how long an attempt may take, however short the limit is
     * @return nanoseconds, negative when the time is over
     */
    public long nanosLeft(Duration least) {
        Long begun = begunNanos.get();
        long from = begun != null ? begun : createdNanos + LONGEST_LOADING_NANOS;
        return from + Math.max(limitNanos, least.toNanos()) - ticker.nanos();
    }

    /**
     * Connects, and tries again while an attempt may have timed out in a cold JVM. An interrupted thread tries once.
     *
     * @param attempt leaves nothing behind when it fails
     * @param <B> the backend
     * @return what the attempt made
     * @throws LockBackendException if the service is unreachable or refuses, as the attempt says by a {@link BackendFault}
     * @throws LockConfigException if the client library on the class path is not one that the backend can use
     */
    public <B> B connect(Supplier<B> attempt) {
        while (true) {
            long attemptNanos = ticker.nanos();
            try {
                return attempt.get();
            } catch (LinkageError e) {
                throw ClientLibrary.misfit(backend, ClientLibrary.of(backend), e);
            } catch (BackendFault e) {
                if (isLast(attemptNanos)) {
                    throw e.whileConnecting(Duration.ofNanos(ticker.nanos() - attemptNanos));
                }
                LOG.info("no connection yet, going on to try: {}", e.getMessage());
            }
        }
    }

    private boolean isLast(long attemptNanos) {
        return wasFast(attemptNanos)
                || nanosLeft(Duration.ZERO) <= 0
                || Thread.currentThread().isInterrupted();
    }

    private boolean wasFast(long attemptNanos) {
        Long begun = begunNanos.get();
        long from = begun != null && begun - attemptNanos > 0 ? begun : attemptNanos;
        return ticker.nanos() - from < SLOW_NANOS;
    }
}
