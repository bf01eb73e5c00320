package dev.pawl.lock.redis;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.StaleTokenException;
import dev.pawl.lock.redis.internal.Closing;
import dev.pawl.lock.redis.internal.ClusterConnections;
import dev.pawl.lock.redis.internal.Faults;
import dev.pawl.lock.redis.internal.Script;
import dev.pawl.lock.redis.internal.WatchedConnection;
import dev.pawl.lock.spi.Interrupts;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A guard for keys of a Redis, or of a Redis Cluster: compares the token and writes in one script, which nothing can come in
 * between.
 *
 * <pre>{@code
 * guard.set(lease.token(), "stock:42", "7");             // StaleTokenException if a newer token wrote here
 * guard.eval(lease.token(), "return redis.call('INCRBY', KEYS[1], ARGV[1])", List.of("stock:42"), "7");
 * }</pre>
 *
 * <p>What was seen stands in a key beside the one that is written, {@code {stock:42}:pawl-fence:<lock>}: in the same slot of a
 * cluster, for each lock by itself, and without an expiry. So a key knows the tokens that wrote to it, or to another key of the same
 * hash tag; to fence several keys together, give them a common one. Which service the lock is from does not matter.
 *
 * <p>The guard remembers as long as Redis does: after a loss of data, or a failover to a replica that lags behind, it knows as little
 * as the data does. Eviction must leave its keys alone.
 *
 * <p>Safe for use by several threads. The calls block, three seconds at the most; an interrupt does not end them. One that fails may
 * have been carried out, or may be later: with its token still, so never behind a newer one. The client library may send a request
 * again after it has lost the connection, so a script of your own may run twice; and where the second sending is refused as
 * stale, the first may have written, in its turn.
 */
public final class RedisFencingGuard implements AutoCloseable {

    private static final Duration IO_TIMEOUT = Duration.ofSeconds(3);

    /** The whole of what {@code fence.lua} answers, so that no error of an application's script is taken for it. */
    private static final Pattern STALE = Pattern.compile("(?:ERR )?STALETOKEN (\\d{1,19})");

    private final StatefulConnection<String, String> connection;
    private final RedisClusterAsyncCommands<String, String> commands;
    private final Function<String, WatchedConnection> lineOfKey;

    private RedisFencingGuard(
            StatefulConnection<String, String> connection,
            RedisClusterAsyncCommands<String, String> commands,
            Function<String, WatchedConnection> lineOfKey) {
        this.connection = connection;
        this.commands = commands;
        this.lineOfKey = lineOfKey;
    }

    /**
     * A guard on one server, or on the master that its Sentinels name. Opens one connection.
     *
     * @param client the application's client, which stays open when the guard is closed
     * @return the guard
     * @throws LockBackendException if Redis is unreachable or refuses
     */
    public static RedisFencingGuard create(RedisClient client) {
        Objects.requireNonNull(client, "client");
        StatefulRedisConnection<String, String> connection = connected(() -> client.connect(StringCodec.UTF8));
        WatchedConnection line = WatchedConnection.on(connection);
        return new RedisFencingGuard(connection, connection.async(), key -> line);
    }

    /**
     * A guard on a cluster. Opens one connection, and one to each node that it writes to.
     *
     * @param client the application's client, which stays open when the guard is closed
     * @return the guard
     * @throws LockBackendException if Redis is unreachable or refuses
     */
    public static RedisFencingGuard create(RedisClusterClient client) {
        Objects.requireNonNull(client, "client");
        StatefulRedisClusterConnection<String, String> connection = connected(() -> client.connect(StringCodec.UTF8));
        return new RedisFencingGuard(connection, connection.async(), new ClusterConnections(client, connection));
    }

    private static <T> T connected(Supplier<T> connect) {
        long start = System.nanoTime();
        try {
            return Interrupts.heldBack(connect);
        } catch (RuntimeException e) {
            throw Faults.of(null, e).whileConnecting(Duration.ofNanos(System.nanoTime() - start));
        }
    }

    /**
     * Raises the fence of a key, and writes nothing. It leaves room for a pause before whatever follows: prefer the other forms.
     *
     * @param token the writer's token
     * @param key the key that is protected
     * @throws StaleTokenException if a newer token wrote there
     * @throws LockBackendException if Redis cannot be asked
     * @throws IllegalArgumentException if the key is empty, or has a {@code }} outside of a hash tag
     */
    public void check(FencingToken token, String key) {
        Object unused = run(token, FencedScript.CHECK, List.of(key));
    }

    /**
     * Sets a key, as {@code SET} does.
     *
     * @param token the writer's token
     * @param key the key
     * @param value its value
     * @throws StaleTokenException if a newer token wrote there; nothing was written
     * @throws LockBackendException if Redis cannot be asked
     * @throws IllegalArgumentException as for {@link #check}
     */
    public void set(FencingToken token, String key, String value) {
        Objects.requireNonNull(value, "value");
        Object unused = run(token, FencedScript.SET, List.of(key), value);
    }

    /**
     * Sets fields of a hash, as {@code HSET} does.
     *
     * @param token the writer's token
     * @param key the key
     * @param fields names and values, at least one
     * @throws StaleTokenException if a newer token wrote there; nothing was written
     * @throws LockBackendException if Redis cannot be asked
     * @throws IllegalArgumentException as for {@link #check}, and if there is no field
     */
    public void hset(FencingToken token, String key, Map<String, String> fields) {
        if (fields.isEmpty()) {
            throw new IllegalArgumentException("fields: at least one is needed for key \"" + key + "\"");
        }
        List<String> flat = new ArrayList<>(2 * fields.size());
        fields.forEach((field, value) -> {
            flat.add(Objects.requireNonNull(field, "field"));
            flat.add(Objects.requireNonNull(value, "value"));
        });
        Object unused = run(token, FencedScript.HSET, List.of(key), flat.toArray(String[]::new));
    }

    /**
     * Runs a script of the application's, unless the token is stale. An error of its own must not read {@code STALETOKEN} and a
     * number: that is how the guard in front of it refuses.
     *
     * @param token the writer's token
     * @param script in Lua, without a first line that begins with {@code #!}; sees only these keys and values. Use a constant text:
     *     Redis keeps every script that it was ever sent
     * @param keys {@code KEYS}, at least one: the first is the one that is protected
     * @param values {@code ARGV}
     * @return what the script returns: a {@link Long}, a {@link String}, a {@link List} of these, or null
     * @throws StaleTokenException if a newer token wrote there; nothing was written
     * @throws LockBackendException if Redis cannot be asked, or the script fails, which undoes nothing
     * @throws IllegalArgumentException as for {@link #check}, and if there is no key
     */
    public @Nullable Object eval(FencingToken token, String script, List<String> keys, String... values) {
        Objects.requireNonNull(script, "script");
        if (script.startsWith("#!")) {
            throw new IllegalArgumentException("script: must not begin with #!, since the guard stands in front of it");
        }
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("keys: at least one is needed, whose fence it is");
        }
        return run(token, FencedScript.of(script), keys, values);
    }

    /**
     * Forgets what a key has seen of a lock, and admits tokens from a floor on: after a move to a backend whose tokens are smaller.
     *
     * @param lock the lock
     * @param key the key that is protected
     * @param floor the least token that is admitted; 0 for any
     * @throws LockBackendException if Redis cannot be asked
     * @throws IllegalArgumentException if the floor is negative, or the lock's name is none, or as for {@link #check}
     */
    public void reset(String lock, String key, long floor) {
        if (floor < 0) {
            throw new IllegalArgumentException("floor: must be at least 0, but got " + floor);
        }
        String fence = FenceKeys.of(key, lock);
        long start = System.nanoTime();
        try {
            boolean done = false;
            while (!done) {
                // Looked at first: a reset that is carried out late, after a newer token, would let older ones in
                // again.
                Object seen = answer(commands.get(fence), fence, start);
                String[] values = {seen == null ? "" : seen.toString(), Long.toString(floor)};
                done = Objects.equals(evaluated(FencedScript.RESET, new String[] {fence}, values, start), 1L);
            }
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            throw fault(lock, start, e);
        }
    }

    private @Nullable Object run(FencingToken token, Script script, List<String> keys, String... values) {
        String[] allKeys = new String[keys.size() + 1];
        allKeys[0] =
                FenceKeys.of(keys.get(0), Objects.requireNonNull(token, "token").lock());
        for (int i = 0; i < keys.size(); i++) {
            allKeys[i + 1] = Objects.requireNonNull(keys.get(i), "key");
        }
        String[] allValues = new String[values.length + 1];
        allValues[0] = Long.toString(token.value());
        for (int i = 0; i < values.length; i++) {
            allValues[i + 1] = Objects.requireNonNull(values[i], "value");
        }
        long start = System.nanoTime();
        try {
            return evaluated(script, allKeys, allValues, start);
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            long newest = staleAgainst(e);
            if (newest > token.value()) {
                throw new StaleTokenException(token, newest);
            }
            throw fault(token.lock(), start, e);
        }
    }

    /** The newest token in the refusal, or -1 if it is another failure. */
    private static long staleAgainst(Exception failure) {
        String text = failure.getCause() == null ? null : failure.getCause().getMessage();
        Matcher stale = STALE.matcher(text == null ? "" : text);
        try {
            return stale.matches() ? Long.parseLong(stale.group(1)) : -1;
        } catch (NumberFormatException e) {
            // Nineteen digits may be too large for a token: an application's script has said so.
            return -1;
        }
    }

    private @Nullable Object evaluated(Script script, String[] keys, String[] values, long start)
            throws ExecutionException, TimeoutException {
        try {
            return answer(send(CommandType.EVALSHA, script.sha(), keys, values), keys[0], start);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RedisNoScriptException) {
                // A new server, or one that lost its scripts. EVAL leaves the script there.
                return answer(send(CommandType.EVAL, script.source(), keys, values), keys[0], start);
            }
            throw e;
        }
    }

    private Future<Object> send(CommandType type, String body, String[] keys, String[] values) {
        CommandArgs<String, String> args =
                new CommandArgs<>(StringCodec.UTF8).add(body).add(keys.length).addKeys(keys);
        for (String value : values) {
            args.add(value);
        }
        AsyncCommand<String, String, Object> command = new AsyncCommand<>(new Command<>(type, new AnyOutput(), args));
        connection.dispatch(command);
        return command;
    }

    /**
     * Waits for the rest of the time limit. A connection that leads to the wrong server, or on which nothing came in all that time, is
     * given up, as those of the locks are (decision 16).
     */
    private @Nullable Object answer(Future<?> reply, String key, long start)
            throws ExecutionException, TimeoutException {
        WatchedConnection line = lineOfKey.apply(key);
        try {
            Object answer = uninterrupted(reply, start);
            line.heard(System.nanoTime());
            return answer;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RedisCommandExecutionException refusal) {
                line.heard(System.nanoTime());
                if (Faults.isByWhomIsNotTheMaster(refusal)) {
                    line.giveUp(System.nanoTime());
                }
            }
            throw e;
        } catch (TimeoutException e) {
            // First, or it would be sent again on the next connection.
            reply.cancel(false);
            if (line.isSilent(System.nanoTime(), IO_TIMEOUT.toNanos())) {
                line.giveUp(System.nanoTime());
            }
            throw e;
        }
    }

    /** Whatever interrupts it: the write is on its way. */
    private static @Nullable Object uninterrupted(Future<?> reply, long start)
            throws ExecutionException, TimeoutException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    long left = IO_TIMEOUT.toNanos() - (System.nanoTime() - start);
                    return reply.get(Math.max(0, left), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static LockBackendException fault(String lock, long start, Exception failure) {
        return Faults.ofGuard(lock, Duration.ofNanos(System.nanoTime() - start), null, failure);
    }

    /** Closes the guard's connection, not the client. Waits a bounded time. */
    @Override
    public void close() {
        Interrupts.heldBack(() -> Closing.await(connection.closeAsync()));
    }
}
