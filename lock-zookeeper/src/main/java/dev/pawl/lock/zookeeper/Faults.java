package dev.pawl.lock.zookeeper;

import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.spi.BackendFault;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.jspecify.annotations.Nullable;

/** Says what went wrong at ZooKeeper, and what to do about it. */
final class Faults {

    /** What a reconnect or a new session heals. */
    private static final Set<Code> PASSING = EnumSet.of(
            Code.CONNECTIONLOSS, Code.SESSIONEXPIRED, Code.SESSIONMOVED, Code.OPERATIONTIMEOUT, Code.REQUESTTIMEOUT);

    private static final Map<Code, String> ADVICE = new EnumMap<>(Map.of(
            Code.CONNECTIONLOSS,
            "cannot be reached: it is stopped, cut off, without a quorum, or read-only; or it lets nobody in without SASL, see"
                    + " pawl.zookeeper.sasl",
            Code.SESSIONEXPIRED,
            "has ended the session, and a new one could not be had in time",
            Code.SESSIONCLOSEDREQUIRESASLAUTH,
            "wants SASL; set pawl.zookeeper.sasl, or authenticate the CuratorFramework",
            Code.AUTHFAILED,
            "refused the credentials, or got none; check the JAAS configuration, and that zookeeper.fips-mode is false for"
                    + " DIGEST-MD5",
            Code.NOAUTH,
            "refused permission; check pawl.username and pawl.password, pawl.zookeeper.acl, and the ACL of what is there",
            Code.INVALIDACL,
            "refused the ACL; an ACL for the creator needs credentials",
            Code.NOTREADONLY,
            "is read-only, because it has lost its quorum; try again when it has one",
            Code.UNIMPLEMENTED,
            "is too old; 3.5 or newer is needed",
            Code.QUOTAEXCEEDED,
            "has a quota here, which is used up",
            Code.THROTTLEDOP,
            "is overloaded and throttles requests"));

    private static final Pattern SERVER = Pattern.compile("remoteserver:(?:[^/ ]*/)?(\\S+:\\d+)");

    private Faults() {}

    /** The node of a contest was deleted by somebody else: it queues again. */
    static final class Removed extends Exception {
        private static final long serialVersionUID = 1L;

        Removed() {
            super("its node was deleted by somebody else");
        }
    }

    /** What is wrong and cannot be waited out. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        private final String what;

        Refused(String what) {
            this(what, null);
        }

        Refused(String what, @Nullable Throwable cause) {
            super(what, cause);
            this.what = what;
        }
    }

    static @Nullable Code codeOf(@Nullable Throwable failure) {
        Throwable cause = failure == null ? null : unwrap(failure);
        return cause instanceof KeeperException refused ? refused.code() : null;
    }

    /** Whether it is worth asking again. */
    static boolean isPassing(Throwable failure) {
        Throwable cause = unwrap(failure);
        return cause instanceof Removed
                || (cause instanceof KeeperException refused && PASSING.contains(refused.code()));
    }

    /**
     * What the engine is told.
     *
     * @param server the one that was asked; or all that could be, separated by commas; or null
     */
    static BackendFault translate(@Nullable String server, Throwable failure) {
        Throwable cause = unwrap(failure);
        if (cause instanceof BackendFault known) {
            return known;
        }
        String who = server == null ? "ZooKeeper" : "ZooKeeper at " + server;
        String node = server == null || server.indexOf(',') >= 0 ? null : server;
        return new BackendFault(node, who + " " + describe(cause), cause);
    }

    /** What a guard was asked for, which says it all by itself. */
    static LockBackendException ofGuard(String lockName, long startNanos, Throwable failure) {
        Throwable cause = unwrap(failure);
        Duration elapsed = Duration.ofNanos(System.nanoTime() - startNanos);
        String path = cause instanceof KeeperException refused && refused.getPath() != null
                ? ", at " + refused.getPath()
                : "";
        String what = cause instanceof TimeoutException
                ? "did not answer in time: it is stopped, overloaded, or cut off; what was asked may still be carried out, unless"
                        + " a newer token comes first"
                : describe(cause) + path;
        return new LockBackendException(
                lockName,
                elapsed,
                null,
                "lock '" + lockName + "': after " + elapsed.toMillis() + " ms ZooKeeper " + what,
                cause);
    }

    private static String describe(Throwable failure) {
        if (failure instanceof KeeperException refused) {
            String advice = ADVICE.get(refused.code());
            return (advice == null ? "failed" : advice) + " [" + refused.code() + "]";
        }
        if (failure instanceof TimeoutException) {
            return "did not answer in time: it is stopped, overloaded, or cut off; what was asked will be undone";
        }
        if (failure instanceof IllegalStateException) {
            return "has no client: the CuratorFramework, or the backend, is not started or has been closed";
        }
        return failure instanceof Refused refused ? refused.what : "failed: " + failure;
    }

    static Throwable unwrap(Throwable failure) {
        Throwable result = failure;
        while ((result instanceof CompletionException || result instanceof ExecutionException)
                && result.getCause() != null) {
            result = result.getCause();
        }
        return result;
    }

    /** The server in the text form of a client's handle, which is the only place that has it. */
    static @Nullable String serverIn(String handle) {
        Matcher matcher = SERVER.matcher(handle);
        return matcher.find() ? matcher.group(1) : null;
    }
}
