package dev.pawl.lock.micrometer;

import static java.util.Objects.requireNonNull;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.LockListener;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LockRequest;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.WaitOutcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts and times what the locks of one client do.
 *
 * <pre>{@code
 * locks.addListener(MicrometerLockListener.create(registry, "redis"));
 * }</pre>
 *
 * <table>
 * <caption>The meters; each has the tags {@code backend} and {@code lock}</caption>
 * <tr><th>meter<th>type<th>meaning
 * <tr><td>{@code pawl.lock.acquire}<td>timer<td>from the request to its end; tag {@code outcome}: {@code acquired}, or a {@link WaitOutcome} in lower case
 * <tr><td>{@code pawl.lock.waiting}<td>gauge<td>requests of this client that may wait and have no answer yet
 * <tr><td>{@code pawl.lock.hold}<td>timer<td>from the lease to its release or loss
 * <tr><td>{@code pawl.lock.held}<td>gauge<td>leases that this client has out now
 * <tr><td>{@code pawl.lock.lost}<td>counter<td>leases that were lost; tag {@code reason}, see {@link LossReason}
 * <tr><td>{@code pawl.lock.renewal.failed}<td>counter<td>renewals without a clear answer
 * <tr><td>{@code pawl.lock.undo.failed}<td>counter<td>releases and withdrawals that could not be confirmed at first
 * <tr><td>{@code pawl.lock.handed.off}<td>counter<td>releases that went to the next waiter of this process
 * </table>
 *
 * <p>The tag {@code lock} is not the name but its group: the one that the {@linkplain LockOptions#group() options} of the request name,
 * or else the name with digits and UUIDs as {@code *}, so that {@code inventory/42} is counted under {@code inventory/*}. There are at
 * most a hundred groups; what would be one more is counted under {@code other}.
 *
 * <p>Safe for use by several threads. For one client: another needs a listener of its own, with another value of {@code backend}, if
 * their meters are to be told apart; with the same value they are added up, but for the gauge, which is that of the first.
 */
public final class MicrometerLockListener implements LockListener {

    /** Of so many names it is remembered that their requests named a group, for what is told of a name alone. */
    private static final int MOST_NAMES = 1_000;

    private final Groups<GroupMeters> groups;

    /** Leases that are out, or just being handed on, whose requests named a group. */
    private final Map<FencingToken, GroupMeters> grouped = new ConcurrentHashMap<>();

    private final Map<String, GroupMeters> groupedNames = new ConcurrentHashMap<>();
    private final Set<Long> waiting = ConcurrentHashMap.newKeySet();

    private MicrometerLockListener(MeterRegistry registry, String backend) {
        groups = new Groups<>(group -> new GroupMeters(registry, Tags.of("backend", backend, "lock", group)));
    }

    /**
     * A listener that writes to {@code registry}.
     *
     * @param registry where the meters are
     * @param backend the value of the tag {@code backend}, such as {@code redis}
     * @return the listener, to be added to one client
     */
    public static MicrometerLockListener create(MeterRegistry registry, String backend) {
        requireNonNull(registry, "registry");
        requireNonNull(backend, "backend");
        return new MicrometerLockListener(registry, backend);
    }

    @Override
    public void onWaiting(LockRequest request) {
        if (waiting.add(request.id())) {
            of(request).waiting.incrementAndGet();
        }
    }

    @Override
    public void onAcquired(LockRequest request, FencingToken token, Duration waited) {
        GroupMeters meters = ended(request);
        if (request.options().group().isPresent()) {
            grouped.put(token, meters);
        }
        meters.held.incrementAndGet();
        meters.acquire.record(waited);
    }

    @Override
    public void onNotAcquired(LockRequest request, WaitOutcome outcome, Duration waited) {
        requireNonNull(ended(request).notAcquired.get(outcome)).record(waited);
    }

    /** A request that made one attempt, or was made before this listener was added, has not been counted as waiting. */
    private GroupMeters ended(LockRequest request) {
        GroupMeters meters = of(request);
        if (waiting.remove(request.id())) {
            meters.waiting.decrementAndGet();
        }
        return meters;
    }

    @Override
    public void onReleased(FencingToken token, Duration held) {
        ended(token, held);
    }

    @Override
    public void onLost(LeaseLostEvent event) {
        GroupMeters meters = ended(event.token(), event.held());
        requireNonNull(meters.lost.get(event.reason())).increment();
    }

    @Override
    public void onRenewalFailed(FencingToken token, Duration remaining, Throwable cause) {
        of(token).renewalFailed.increment();
    }

    @Override
    public void onUndoFailed(String lock, Throwable cause) {
        GroupMeters meters = groupedNames.get(lock);
        (meters != null ? meters : groups.of(lock)).undoFailed.increment();
    }

    @Override
    public void onHandOff(FencingToken released, FencingToken acquired) {
        of(acquired).handedOff.increment();
    }

    private GroupMeters of(LockRequest request) {
        GroupMeters meters = groups.of(request);
        if (request.options().group().isPresent()
                && (groupedNames.size() < MOST_NAMES || groupedNames.containsKey(request.name()))) {
            groupedNames.put(request.name(), meters);
        }
        return meters;
    }

    private GroupMeters of(FencingToken token) {
        GroupMeters meters = grouped.get(token);
        return meters != null ? meters : groups.of(token.lock());
    }

    private GroupMeters ended(FencingToken token, Duration held) {
        GroupMeters meters = of(token);
        grouped.remove(token);
        meters.held.decrementAndGet();
        meters.hold.record(held);
        return meters;
    }

    /** The meters of one group, which are there from its first event on, so that a
     * dashboard shows zeros and not gaps, and the first loss is an increase. */
    private static final class GroupMeters {
        private final AtomicLong held = new AtomicLong();
        private final AtomicLong waiting = new AtomicLong();
        private final Timer acquire;
        private final Map<WaitOutcome, Timer> notAcquired = new EnumMap<>(WaitOutcome.class);
        private final Timer hold;
        private final Map<LossReason, Counter> lost = new EnumMap<>(LossReason.class);
        private final Counter renewalFailed;
        private final Counter undoFailed;
        private final Counter handedOff;

        GroupMeters(MeterRegistry registry, Tags tags) {
            acquire = ending(registry, tags.and("outcome", "acquired"));
            for (WaitOutcome outcome : WaitOutcome.values()) {
                notAcquired.put(
                        outcome,
                        ending(registry, tags.and("outcome", outcome.name().toLowerCase(Locale.ROOT))));
            }
            Gauge.builder("pawl.lock.waiting", waiting, AtomicLong::get)
                    .description("Requests that may wait and have no answer yet")
                    .tags(tags)
                    .strongReference(true)
                    .register(registry);
            hold = Timer.builder("pawl.lock.hold")
                    .description("From the lease to its release or loss")
                    .tags(tags)
                    .register(registry);
            Gauge.builder("pawl.lock.held", held, AtomicLong::get)
                    .description("Leases that this client has out now")
                    .tags(tags)
                    .strongReference(true)
                    .register(registry);
            for (LossReason reason : LossReason.values()) {
                Tags withReason = tags.and("reason", reason.name());
                lost.put(reason, counter(registry, "pawl.lock.lost", "Leases that were lost", withReason));
            }
            renewalFailed = counter(registry, "pawl.lock.renewal.failed", "Renewals without a clear answer", tags);
            undoFailed = counter(registry, "pawl.lock.undo.failed", "Releases and withdrawals not confirmed", tags);
            handedOff = counter(registry, "pawl.lock.handed.off", "Releases to the next waiter of this process", tags);
        }

        private static Timer ending(MeterRegistry registry, Tags tags) {
            return Timer.builder("pawl.lock.acquire")
                    .description("From the request to its end")
                    .tags(tags)
                    .register(registry);
        }

        private static Counter counter(MeterRegistry registry, String name, String description, Tags tags) {
            return Counter.builder(name).description(description).tags(tags).register(registry);
        }
    }
}
