package dev.pawl.lock.tests;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.LockListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Listeners of the cases. */
final class Listeners {

    private Listeners() {}

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

    /** Throws on every call. */
    static final class Broken implements LockListener {

        @Override
        public void onAttempt(String lock) {
            throw failure();
        }

        @Override
        public void onAcquired(FencingToken token, Duration waited) {
            throw failure();
        }

        @Override
        public void onReleased(FencingToken token, Duration held) {
            throw failure();
        }

        @Override
        public void onLost(LeaseLostEvent event) {
            throw failure();
        }

        @Override
        public void onRenewalFailed(FencingToken token, Duration remaining, Throwable cause) {
            throw failure();
        }

        @Override
        public void onUndoFailed(String lock, Throwable cause) {
            throw failure();
        }

        @Override
        public void onHandOff(FencingToken released, FencingToken acquired) {
            throw failure();
        }

        private static IllegalStateException failure() {
            return new IllegalStateException("thrown by the listener of a test");
        }
    }
}
