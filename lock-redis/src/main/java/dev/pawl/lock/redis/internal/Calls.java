package dev.pawl.lock.redis.internal;

import io.lettuce.core.RedisException;
import io.lettuce.core.RedisNoScriptException;
import io.netty.util.Timeout;
import io.netty.util.TimerTask;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Sends scripts and sees that each is answered in time.
 *
 * <p>lettuce's own command timeout is a timer entry per command, and a client that was handed in may have it off, fixed, or at
 * a minute. One look at all calls in flight, several times per time limit, is cheaper and always ours.
 */
public final class Calls implements AutoCloseable {

    private static final int LOOKS_PER_TIMEOUT = 10;
    private static final Duration LONGEST_PERIOD = Duration.ofMillis(250);
    private static final Duration SHORTEST_PERIOD = Duration.ofMillis(10);

    private static final Duration RESEND_DELAY = Duration.ofMillis(10);

    private final Link link;
    private final Faults faults;
    private final Duration ioTimeout;
    private final Queue<Call> inFlight = new ConcurrentLinkedQueue<>();
    private final long periodNanos;
    private volatile boolean closed;

    /**
     * Nothing is timed before {@link #start}.
     *
     * @param link where to send
     * @param ioTimeout the longest that one call may take
     */
    public Calls(Link link, Duration ioTimeout) {
        this.link = link;
        this.faults = new Faults(link::nodeOf);
        this.ioTimeout = ioTimeout;
        long period = ioTimeout.toNanos() / LOOKS_PER_TIMEOUT;
        periodNanos = Math.max(SHORTEST_PERIOD.toNanos(), Math.min(LONGEST_PERIOD.toNanos(), period));
    }

    /** Begins to look for calls whose time is over. */
    public void start() {
        scheduleNextLook();
    }

    /** Sends a script by its hash, or by its source when the server does not know it yet. */
    public <T> CompletableFuture<T> run(
            Script script, String lockName, String[] keys, String[] values, Function<long[], ? extends T> answer) {
        return run(script, lockName, System.nanoTime(), keys, values, answer);
    }

    /** As above, for a call whose time limit began with an earlier one. */
    public <T> CompletableFuture<T> run(
            Script script,
            String lockName,
            long startNanos,
            String[] keys,
            String[] values,
            Function<long[], ? extends T> answer) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Call call = Call.evalsha(script, lockName, startNanos, keys, values);
        whenAnswered(call, script, keys, values, answer, result);
        send(call);
        return result;
    }

    /** Sends a script once for each entry, with one flush. */
    public <E, T> List<CompletableFuture<T>> runAll(
            Script script,
            List<E> entries,
            Function<E, String> nameOf,
            Function<E, String[]> keysOf,
            Function<E, String[]> valuesOf,
            Function<long[], ? extends T> answer) {
        List<CompletableFuture<T>> results = new ArrayList<>(entries.size());
        List<Call> calls = new ArrayList<>(entries.size());
        long now = System.nanoTime();
        for (E entry : entries) {
            String[] keys = keysOf.apply(entry);
            String[] values = valuesOf.apply(entry);
            CompletableFuture<T> result = new CompletableFuture<>();
            Call call = Call.evalsha(script, nameOf.apply(entry), now, keys, values);
            whenAnswered(call, script, keys, values, answer, result);
            results.add(result);
            calls.add(call);
        }
        inFlight.addAll(calls);
        link.send(calls);
        return results;
    }

    /** Asks how many replicas have what this connection wrote. */
    public CompletableFuture<Long> waitForReplicas(
            String lockName, String key, long startNanos, int replicas, Duration patience) {
        return sendOnce(
                Call.waitForReplicas(lockName, key, startNanos, replicas, Math.max(1, patience.toMillis())),
                reply -> reply[0]);
    }

    /** Asks what time it is there, in microseconds. A server that is asked this can do nothing with it later. */
    public CompletableFuture<Long> time() {
        return sendOnce(Call.time(System.nanoTime()), reply -> reply[0] * 1_000_000 + reply[1]);
    }

    private CompletableFuture<Long> sendOnce(Call call, Function<long[], Long> answer) {
        CompletableFuture<Long> result = new CompletableFuture<>();
        call.onComplete((reply, failure) -> {
            if (failure == null) {
                complete(result, answer, reply);
            } else {
                result.completeExceptionally(faults.translate(call, failure));
            }
        });
        send(call);
        return result;
    }

    private <T> void whenAnswered(
            Call call,
            Script script,
            String[] keys,
            String[] values,
            Function<long[], ? extends T> answer,
            CompletableFuture<T> result) {
        call.onComplete((reply, failure) -> {
            if (failure == null) {
                complete(result, answer, reply);
            } else if (failure instanceof RedisNoScriptException && call.isByHash()) {
                // A new server, or one that lost its scripts. EVAL leaves the script there.
                Call again = Call.eval(script, call.lockName(), call.startNanos(), keys, values);
                whenAnswered(again, script, keys, values, answer, result);
                send(again);
            } else if ((failure instanceof IOException || isMigrating(failure)) && isInTime(call)) {
                // lettuce replays what was in flight on a broken connection, but for the first, which it fails; and
                // before it has reconnected it may fail what is sent meanwhile. So not at once.
                Call again = Call.evalsha(script, call.lockName(), call.startNanos(), keys, values);
                again.follows(failure);
                whenAnswered(again, script, keys, values, answer, result);
                sendLater(again);
            } else {
                result.completeExceptionally(faults.translate(call, failure));
            }
        });
    }

    private static <T> void complete(CompletableFuture<T> result, Function<long[], ? extends T> answer, long[] reply) {
        try {
            result.complete(answer.apply(reply));
        } catch (RuntimeException e) {
            result.completeExceptionally(e);
        }
    }

    /** A cluster refuses several keys of one slot while it moves that slot. */
    private static boolean isMigrating(Throwable failure) {
        String text = failure.getMessage();
        return text != null && text.startsWith("TRYAGAIN");
    }

    private boolean isInTime(Call call) {
        return !closed && System.nanoTime() - call.startNanos() < ioTimeout.toNanos();
    }

    private void send(Call call) {
        forgetAnswered();
        inFlight.add(call);
        link.send(call);
        if (closed) {
            failRest();
        }
    }

    /** In flight from now on, so that it is failed in time whatever becomes of the timer. */
    private void sendLater(Call call) {
        inFlight.add(call);
        schedule(
                ignored -> {
                    if (!call.isDone()) {
                        link.send(call);
                    }
                },
                RESEND_DELAY.toNanos());
        if (closed) {
            failRest();
        }
    }

    /** Replies come in the order of the calls, so the front of the queue is all that must be kept short. */
    private void forgetAnswered() {
        Call first = inFlight.peek();
        while (first != null && first.isDone()) {
            inFlight.remove(first);
            first = inFlight.peek();
        }
    }

    private void look(Timeout ignored) {
        try {
            long now = System.nanoTime();
            List<Call> late = new ArrayList<>();
            inFlight.removeIf(call -> {
                boolean over = now - call.startNanos() >= ioTimeout.toNanos();
                if (over && !call.isDone()) {
                    late.add(call);
                }
                return over || call.isDone();
            });
            if (!late.isEmpty()) {
                failLate(late);
            }
        } finally {
            scheduleNextLook();
        }
    }

    /** Not on the timer's thread, which the application may share. A call that is done is not sent after a reconnect. */
    private void failLate(List<Call> late) {
        Runnable fail = () -> late.forEach(call -> call.completeExceptionally(call.late(ioTimeout)));
        try {
            link.resources().eventExecutorGroup().execute(fail);
        } catch (RejectedExecutionException e) {
            fail.run();
        }
    }

    private void scheduleNextLook() {
        if (closed) {
            return;
        }
        schedule(this::look, periodNanos);
    }

    private void schedule(TimerTask task, long delayNanos) {
        try {
            link.resources().timer().newTimeout(task, delayNanos, TimeUnit.NANOSECONDS);
        } catch (IllegalStateException e) {
            // The application has shut its client down: lettuce fails every call from here on by itself.
            failRest();
        }
    }

    /** After the connections are closed: nothing is left unanswered. */
    @Override
    public void close() {
        closed = true;
        failRest();
    }

    private void failRest() {
        Call call = inFlight.poll();
        while (call != null) {
            call.completeExceptionally(new RedisException("Connection is closed"));
            call = inFlight.poll();
        }
    }
}
