package dev.pawl.lock.testkit;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.LockListener;
import dev.pawl.lock.LockRequest;
import dev.pawl.lock.WaitOutcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Listeners of the cases. */
final class Listeners {

    private Listeners() {}

    static LockListener onAcquired(Consumer<FencingToken> action) {
        return new LockListener() {
            @Override
            public void onAcquired(FencingToken token, Duration waited) {
                action.accept(token);
            }
        };
    }

    static LockListener onRenewalFailed(Consumer<Throwable> action) {
        return new LockListener() {
            @Override
            public void onRenewalFailed(FencingToken token, Duration remaining, Throwable cause) {
                action.accept(cause);
            }
        };
    }

    static LockListener onUndoFailed(Consumer<String> action) {
        return new LockListener() {
            @Override
            public void onUndoFailed(String lock, Throwable cause) {
                action.accept(lock);
            }
        };
    }

    /** Writes every event of one lock down, in one line each. */
    static final class Recorder implements LockListener {

        private final String name;
        private final List<String> lines = new CopyOnWriteArrayList<>();

        Recorder(String name) {
            this.name = name;
        }

        List<String> lines() {
            return List.copyOf(lines);
        }

        private void add(String lock, String line) {
            if (lock.equals(name)) {
                lines.add(line);
            }
        }

        @Override
        public void onAttempt(String lock) {
            add(lock, "attempt");
        }

        @Override
        public void onAcquired(FencingToken token, Duration waited) {
            add(token.lock(), "acquired " + token.value() + (waited.isNegative() ? " in " + waited : ""));
        }

        @Override
        public void onReleased(FencingToken token, Duration held) {
            add(token.lock(), "released " + token.value() + (held.isNegative() ? " after " + held : ""));
        }

        @Override
        public void onLost(LeaseLostEvent event) {
            add(event.name(), "lost " + event.token().value() + " " + event.reason());
        }

        @Override
        public void onHandOff(FencingToken released, FencingToken acquired) {
            add(released.lock(), "hand-off " + released.value() + " " + acquired.value());
        }
    }

    /** Pairs what it hears of each request for one lock. */
    static final class Requests implements LockListener {

        private final String name;
        private final Map<Long, String> lines = new ConcurrentSkipListMap<>();
        private final Set<Thread> waiters = ConcurrentHashMap.newKeySet();

        Requests(String name) {
            this.name = name;
        }

        /** One line for each request, in the order in which they were made. */
        List<String> lines() {
            return List.copyOf(lines.values());
        }

        /** The threads on which requests were told before they waited. */
        Set<Thread> waiters() {
            return waiters;
        }

        private void add(LockRequest request, String word) {
            if (request.name().equals(name)) {
                lines.merge(request.id(), word, (before, now) -> before + " " + now);
            }
        }

        @Override
        public void onWaiting(LockRequest request) {
            waiters.add(Thread.currentThread());
            add(request, "waiting");
        }

        @Override
        public void onAcquired(LockRequest request, FencingToken token, Duration waited) {
            add(request, waited.isNegative() ? "acquired in " + waited : "acquired");
        }

        @Override
        public void onNotAcquired(LockRequest request, WaitOutcome outcome, Duration waited) {
            add(request, waited.isNegative() ? outcome + " in " + waited : outcome.name());
        }
    }

    /** Throws on every call. */
    static final class Broken extends Everywhere {
        Broken() {
            super(() -> {
                throw new IllegalStateException("thrown by the listener of a test");
            });
        }
    }

    /** Does the same on every call. */
    static class Everywhere implements LockListener {
        private final Runnable action;

        Everywhere(Runnable action) {
            this.action = action;
        }

        @Override
        public void onWaiting(LockRequest request) {
            action.run();
        }

        @Override
        public void onNotAcquired(LockRequest request, WaitOutcome outcome, Duration waited) {
            action.run();
        }

        @Override
        public void onAttempt(String lock) {
            action.run();
        }

        @Override
        public void onAcquired(FencingToken token, Duration waited) {
            action.run();
        }

        @Override
        public void onReleased(FencingToken token, Duration held) {
            action.run();
        }

        @Override
        public void onLost(LeaseLostEvent event) {
            action.run();
        }

        @Override
        public void onRenewalFailed(FencingToken token, Duration remaining, Throwable cause) {
            action.run();
        }

        @Override
        public void onUndoFailed(String lock, Throwable cause) {
            action.run();
        }

        @Override
        public void onHandOff(FencingToken released, FencingToken acquired) {
            action.run();
        }
    }
}
