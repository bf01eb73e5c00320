package dev.pawl.lock.micrometer;

import static java.util.Objects.requireNonNull;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.LockListener;
import dev.pawl.lock.LockRequest;
import dev.pawl.lock.WaitOutcome;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Observes waits and leases, so that a trace shows a span for each: what a request waited for, and what was done under the lock.
 *
 * <pre>{@code
 * locks.addListener(ObservationLockListener.create(registry, "redis"));
 * }</pre>
 *
 * <table>
 * <caption>The observations</caption>
 * <tr><th>name<th>from<th>to<th>{@code outcome}
 * <tr><td>{@code pawl.lock.request}<td>a request that may wait<td>its end<td>{@code acquired}, or a {@link WaitOutcome} in lower case
 * <tr><td>{@code pawl.lock.lease}<td>the lease<td>its release or loss<td>{@code released} or {@code lost}; a loss is an error, too
 * </table>
 *
 * <p>The key values of low cardinality are {@code backend}, {@code lock} (the group, as {@link MicrometerLockListener} has it) and
 * {@code outcome}; those of high cardinality {@code lock.name} and {@code lock.token}. The parent of both is the observation in whose scope the request
 * was made; for {@code tryAcquire} of a lock that is free, that in whose scope the lease was had. No scope is opened.
 *
 * <p>Safe for use by several threads. For one client.
 */
public final class ObservationLockListener implements LockListener {

    private final ObservationRegistry registry;
    private final String backend;
    private final Groups<String> groups = new Groups<>(group -> group);
    private final Map<Long, Observation> requests = new ConcurrentHashMap<>();
    private final Map<FencingToken, Observation> leases = new ConcurrentHashMap<>();

    private ObservationLockListener(ObservationRegistry registry, String backend) {
        this.registry = registry;
        this.backend = backend;
    }

    /**
     * A listener that observes with {@code registry}.
     *
     * @param registry whose handlers are told
     * @param backend the key value {@code backend}, such as {@code redis}
     * @return the listener, to be added to one client
     */
    public static ObservationLockListener create(ObservationRegistry registry, String backend) {
        requireNonNull(registry, "registry");
        requireNonNull(backend, "backend");
        return new ObservationLockListener(registry, backend);
    }

    @Override
    public void onWaiting(LockRequest request) {
        requests.put(
                request.id(), observation("pawl.lock.request", request, null).start());
    }

    @Override
    public void onAcquired(LockRequest request, FencingToken token, Duration waited) {
        Observation waiting = requests.remove(request.id());
        Observation lease = observation("pawl.lock.lease", request, waiting)
                .highCardinalityKeyValue("lock.token", Long.toString(token.value()));
        if (waiting != null) {
            end(waiting, "acquired");
        }
        leases.put(token, lease.start());
    }

    @Override
    public void onNotAcquired(LockRequest request, WaitOutcome outcome, Duration waited) {
        Observation waiting = requests.remove(request.id());
        if (waiting != null) {
            end(waiting, outcome.name().toLowerCase(Locale.ROOT));
        }
    }

    @Override
    public void onReleased(FencingToken token, Duration held) {
        Observation lease = leases.remove(token);
        if (lease != null) {
            end(lease, "released");
        }
    }

    @Override
    public void onLost(LeaseLostEvent event) {
        Observation lease = leases.remove(event.token());
        if (lease != null) {
            lease.error(new IllegalStateException("the lease was lost: " + event.reason()));
            end(lease, "lost");
        }
    }

    private Observation observation(String name, LockRequest request, @Nullable Observation sibling) {
        Observation observation = Observation.createNotStarted(name, registry)
                .lowCardinalityKeyValue("backend", backend)
                .lowCardinalityKeyValue("lock", groups.of(request))
                .highCardinalityKeyValue("lock.name", request.name());
        if (sibling != null && sibling.getContext().getParentObservation() instanceof Observation parent) {
            return observation.parentObservation(parent);
        }
        return observation;
    }

    private static void end(Observation observation, String outcome) {
        observation.lowCardinalityKeyValue("outcome", outcome).stop();
    }
}
