package dev.pawl.lock.spring.boot;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.LockListener;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What the client of this application holds now, as a listener is told of it. */
final class HeldLocks implements LockListener {

    private final Map<FencingToken, Long> since = new ConcurrentHashMap<>();

    /**
     * A held lock.
     *
     * @param name the lock
     * @param token its fencing token
     * @param held for how long
     */
    record Held(String name, long token, Duration held) {}

    @Override
    public void onAcquired(FencingToken token, Duration waited) {
        since.put(token, System.nanoTime());
    }

    @Override
    public void onReleased(FencingToken token, Duration held) {
        since.remove(token);
    }

    @Override
    public void onLost(LeaseLostEvent event) {
        since.remove(event.token());
    }

    List<Held> now() {
        long now = System.nanoTime();
        return since.entrySet().stream()
                .map(each ->
                        new Held(each.getKey().lock(), each.getKey().value(), Duration.ofNanos(now - each.getValue())))
                .sorted(Comparator.comparing(Held::name))
                .toList();
    }
}
