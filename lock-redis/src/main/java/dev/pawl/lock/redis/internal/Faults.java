package dev.pawl.lock.redis.internal;

import dev.pawl.lock.LockBackendException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says what went wrong at Redis, and what to do about it. */
public final class Faults {

    /**
     * Redis's own error codes. Inside a script the code stands in the middle of the message on 6.2 and in front on 7, so each
     * is looked for as a word.
     */
    private static final List<Refusal> REFUSALS = List.of(
            new Refusal("WRONGPASS", "refused user name or password; check pawl.username and pawl.password"),
            new Refusal("NOAUTH", "wants a password; set pawl.password"),
            new Refusal(
                    "NOPERM",
                    "lacks a permission; its user needs EVALSHA, EVAL, the lock keys and the wake-up channels"),
            new Refusal("READONLY", "is a read-only replica; connect to the master, or through Sentinel"),
            new Refusal("OOM", "is out of memory; raise maxmemory, or find what fills it"),
            new Refusal("LOADING", "is still loading its data; try again when it has started"),
            new Refusal("BUSY", "is kept busy by another's script; see SCRIPT KILL"),
            new Refusal("CLUSTERDOWN", "has lost part of its cluster; see CLUSTER INFO"),
            new Refusal("MASTERDOWN", "has lost its master; see INFO replication"),
            new Refusal("MISCONF", "refuses writes because it cannot save its data; see its log"),
            new Refusal("NOREPLICAS", "refuses writes because it has too few replicas; see min-replicas-to-write"),
            new Refusal("TRYAGAIN", "is moving the slot of this lock; try again"),
            new Refusal("WRONGTYPE", "has something else under a key of this lock; give Pawl a namespace of its own"));

    private final Function<@Nullable String, @Nullable String> nodeOfKey;

    /** Takes a function from a key, or null, to the server that has it. */
    public Faults(Function<@Nullable String, @Nullable String> nodeOfKey) {
        this.nodeOfKey = nodeOfKey;
    }

    LockBackendException translate(Call call, Throwable failure) {
        Duration elapsed = Duration.ofNanos(System.nanoTime() - call.startNanos());
        return of(call.lockName(), elapsed, nodeOfKey.apply(call.key()), failure);
    }

    /** While connecting there is no lock yet. */
    public static LockBackendException whileConnecting(Duration elapsed, @Nullable String node, Throwable failure) {
        return of("", elapsed, node, failure);
    }

    /** What a guard was asked for, which says it all by itself. */
    public static LockBackendException ofGuard(
            String lockName, Duration elapsed, @Nullable String node, Throwable failure) {
        Throwable cause = unwrap(failure);
        String what = cause instanceof TimeoutException || cause instanceof RedisCommandTimeoutException
                ? "did not answer in time: it is stopped, overloaded, or cut off; what was asked may still be carried out, unless"
                        + " a newer token comes first"
                : describe(cause);
        return new LockBackendException(
                lockName,
                elapsed,
                node,
                "lock '" + lockName + "': after " + elapsed.toMillis() + " ms "
                        + message(lockName, elapsed, node, what),
                cause);
    }

    /** A grant that too few replicas have confirmed. */
    public LockBackendException tooFewReplicas(
            String lockName, String key, long startNanos, long confirmed, int wanted) {
        Duration elapsed = Duration.ofNanos(System.nanoTime() - startNanos);
        String node = nodeOfKey.apply(key);
        String what = "had its grant confirmed by " + confirmed + " of " + wanted
                + " replicas, so it was undone; see INFO replication," + " or lower replicas";
        return new LockBackendException(lockName, elapsed, node, message(lockName, elapsed, node, what), null);
    }

    private static LockBackendException of(
            String lockName, Duration elapsed, @Nullable String node, Throwable failure) {
        Throwable cause = unwrap(failure);
        return new LockBackendException(
                lockName, elapsed, node, message(lockName, elapsed, node, describe(cause)), cause);
    }

    /** The engine says which lock, and how long its request had lasted. */
    private static String message(String lockName, Duration elapsed, @Nullable String node, String what) {
        String server = node == null ? "Redis" : "Redis at " + node;
        return server + " " + what + (lockName.isEmpty() ? ", after " + elapsed.toMillis() + " ms" : "");
    }

    private static Throwable unwrap(Throwable failure) {
        Throwable result = failure;
        while ((result instanceof CompletionException || result instanceof ExecutionException)
                && result.getCause() != null) {
            result = result.getCause();
        }
        return result;
    }

    private static String describe(Throwable failure) {
        int depth = 0;
        for (Throwable t = failure; t != null && depth < 10; t = t.getCause()) {
            String known = describeOne(t);
            if (known != null) {
                return known;
            }
            depth++;
        }
        return "failed: " + failure.getMessage();
    }

    private static @Nullable String describeOne(Throwable failure) {
        String text = failure.getMessage();
        if (text != null) {
            for (Refusal refusal : REFUSALS) {
                if (refusal.pattern.matcher(text).find()) {
                    return refusal.advice + " [" + refusal.code + "]";
                }
            }
        }
        if (failure.getCause() == null
                && (failure instanceof RedisCommandTimeoutException || failure instanceof TimeoutException)) {
            return "did not answer in time: it is stopped, overloaded, or cut off; what was asked will be undone";
        }
        if (failure instanceof UnknownHostException) {
            return "has a name that cannot be resolved: " + text;
        }
        if (failure instanceof ConnectException) {
            return "cannot be reached: " + text;
        }
        if (failure instanceof SSLException) {
            return "failed the TLS handshake: " + text;
        }
        if (failure instanceof IOException) {
            return "lost the connection: " + text;
        }
        if (failure instanceof RedisException && text != null && text.startsWith("Connection is closed")) {
            return "has no open connection: the backend or the RedisClient behind it has been closed";
        }
        return null;
    }

    private static final class Refusal {
        private final String code;
        private final Pattern pattern;
        private final String advice;

        Refusal(String code, String advice) {
            this.code = code;
            this.pattern = Pattern.compile("\\b" + code + "\\b");
            this.advice = advice;
        }
    }
}
