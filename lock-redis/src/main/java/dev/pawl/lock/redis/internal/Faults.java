package dev.pawl.lock.redis.internal;

import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.spi.BackendFault;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says what went wrong at Redis, and what to do about it. */
public final class Faults {

    /** What Redis 7 says of a command in a script, without its code, and without the command's name. */
    private static final String UNPERMITTED_IN_SCRIPT = "The user executing the script";

    private static final String UNPERMITTED =
            "refuses its user a permission (commands as in docs/redis.md, keys that begin with '{<namespace>:', and"
                    + " channels that begin with '<namespace>:wake:' are needed)";

    /**
     * Redis's own error codes. Inside a script the code stands in the middle of the message on 6.2 and in front on 7, so each
     * is looked for as a word.
     */
    private static final List<Refusal> REFUSALS = List.of(
            new Refusal("WRONGPASS", "refused user name or password; check pawl.username and pawl.password"),
            new Refusal("NOAUTH", "wants a password; set pawl.password"),
            new Refusal("NOPERM", UNPERMITTED, true),
            new Refusal(UNPERMITTED_IN_SCRIPT, UNPERMITTED, true),
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

    private static final String SENTINELS_REFUSE =
            "is behind Sentinels that want a password of their own, or another one; set "
                    + RedisSettings.SENTINEL_PASSWORD_KEY;

    /** What a server says that is no master, or one that the others may have replaced: its name may lead elsewhere by now. */
    private static final Set<String> NOT_THE_MASTER = Set.of("READONLY", "MASTERDOWN", "NOREPLICAS");

    private final Function<@Nullable String, @Nullable String> nodeOfKey;

    /** Takes a function from a key, or null, to the server that has it. */
    public Faults(Function<@Nullable String, @Nullable String> nodeOfKey) {
        this.nodeOfKey = nodeOfKey;
    }

    BackendFault translate(Call call, Throwable failure) {
        return of(nodeOfKey.apply(call.key()), failure);
    }

    /** What went wrong at a server, or at whoever of several was asked. */
    public static BackendFault of(@Nullable String node, Throwable failure) {
        Throwable cause = unwrap(failure);
        return new BackendFault(node, subject(node) + " " + describe(cause), cause);
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
                "lock '" + lockName + "': after " + elapsed.toMillis() + " ms " + subject(node) + " " + what,
                cause);
    }

    /** A grant that too few replicas have confirmed. */
    public BackendFault tooFewReplicas(String key, long confirmed, int wanted) {
        String node = nodeOfKey.apply(key);
        return new BackendFault(
                node,
                subject(node) + " had its grant confirmed by " + confirmed + " of " + wanted
                        + " replicas, so it was undone; see INFO replication, or lower replicas",
                null);
    }

    private static String subject(@Nullable String node) {
        return node == null ? "Redis" : "Redis at " + node;
    }

    /** Whether a refusal says that the connection leads to another server than the master. */
    public static boolean isByWhomIsNotTheMaster(Throwable refusal) {
        Refusal known = refusalIn(refusal.getMessage());
        return known != null && NOT_THE_MASTER.contains(known.code);
    }

    private static @Nullable Refusal refusalIn(@Nullable String text) {
        if (text != null) {
            for (Refusal refusal : REFUSALS) {
                if (refusal.pattern.matcher(text).find()) {
                    return refusal;
                }
            }
        }
        return null;
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
        boolean bySentinels = false;
        for (Throwable t = failure; t != null && depth < 10; t = t.getCause()) {
            String text = t.getMessage();
            bySentinels |= text != null && text.startsWith("Cannot connect") && text.contains("Redis Sentinel");
            String known = bySentinels && isAboutAPassword(text) ? SENTINELS_REFUSE : describeOne(t);
            if (known != null) {
                return known;
            }
            depth++;
        }
        return "failed: " + told(failure);
    }

    /** The outermost says what was wanted, and the innermost why there is none. */
    private static String told(Throwable failure) {
        Set<String> told = new LinkedHashSet<>();
        int depth = 0;
        for (Throwable t = failure; t != null && depth < 10; t = t.getCause()) {
            told.add(String.valueOf(t.getMessage()).strip().replaceAll("\\s+", " "));
            depth++;
        }
        return String.join(": ", told);
    }

    private static boolean isAboutAPassword(@Nullable String text) {
        Refusal refusal = refusalIn(text);
        return refusal != null && (refusal.code.equals("NOAUTH") || refusal.code.equals("WRONGPASS"));
    }

    private static @Nullable String describeOne(Throwable failure) {
        String text = failure.getMessage();
        Refusal refusal = refusalIn(text);
        if (refusal != null) {
            return refusal.advice + (refusal.saysWhat ? ": " + text : " [" + refusal.code + "]");
        }
        if (failure.getCause() == null
                && (failure instanceof RedisCommandTimeoutException || failure instanceof TimeoutException)) {
            return "did not answer in time: it is stopped, overloaded, or cut off; what was asked will be undone";
        }
        if (failure instanceof Version.TooOld) {
            return text;
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

        /** Whether the server's own words say which of several it is. */
        private final boolean saysWhat;

        Refusal(String code, String advice) {
            this(code, advice, false);
        }

        Refusal(String code, String advice, boolean saysWhat) {
            this.code = code;
            this.pattern = Pattern.compile("\\b" + code + "\\b");
            this.advice = advice;
            this.saysWhat = saysWhat;
        }
    }
}
