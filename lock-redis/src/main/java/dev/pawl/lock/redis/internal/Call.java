package dev.pawl.lock.redis.internal;

import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One command that answers with numbers, and when it began. */
final class Call extends AsyncCommand<String, String, long[]> {

    private final String lockName;
    private final String key;
    private final long startNanos;
    private volatile @Nullable Throwable earlierFailure;

    private Call(CommandType type, CommandArgs<String, String> args, String lockName, String key, long startNanos) {
        super(new Command<>(type, new NumbersOutput(), args));
        this.lockName = lockName;
        this.key = key;
        this.startNanos = startNanos;
    }

    static Call evalsha(Script script, String lockName, long startNanos, String[] keys, String[] values) {
        return script(CommandType.EVALSHA, script.sha(), lockName, startNanos, keys, values);
    }

    static Call eval(Script script, String lockName, long startNanos, String[] keys, String[] values) {
        return script(CommandType.EVAL, script.source(), lockName, startNanos, keys, values);
    }

    private static Call script(
            CommandType type, String body, String lockName, long startNanos, String[] keys, String[] values) {
        CommandArgs<String, String> args =
                new CommandArgs<>(StringCodec.UTF8).add(body).add(keys.length);
        for (String key : keys) {
            args.addKey(key);
        }
        for (String value : values) {
            args.add(value);
        }
        return new Call(type, args, lockName, keys[0], startNanos);
    }

    /** What time it is at the server, in seconds and microseconds: changes nothing there. */
    static Call time(long startNanos) {
        return new Call(CommandType.TIME, new CommandArgs<>(StringCodec.UTF8), "", "", startNanos);
    }

    static Call waitForReplicas(String lockName, String key, long startNanos, int replicas, long timeoutMillis) {
        CommandArgs<String, String> args = new KeylessArgs(key).add(replicas).add(timeoutMillis);
        return new Call(CommandType.WAIT, args, lockName, key, startNanos);
    }

    String lockName() {
        return lockName;
    }

    String key() {
        return key;
    }

    /** Whether the server may answer that it does not know the script. */
    boolean isByHash() {
        return getType() == CommandType.EVALSHA;
    }

    long startNanos() {
        return startNanos;
    }

    /** Remembers why an earlier sending of the same request failed. */
    void follows(Throwable failure) {
        earlierFailure = failure;
    }

    /** What this call ends with when its time is over. */
    RedisCommandTimeoutException late(Duration ioTimeout) {
        RedisCommandTimeoutException late = new RedisCommandTimeoutException("no reply within " + ioTimeout);
        if (earlierFailure != null) {
            late.initCause(earlierFailure);
        }
        return late;
    }

    /**
     * Arguments without a key that still go where a key's slot is. WAIT speaks of the writes of its own connection, and in a
     * cluster lettuce finds that connection by the first key.
     */
    private static final class KeylessArgs extends CommandArgs<String, String> {
        private final String key;

        KeylessArgs(String key) {
            super(StringCodec.UTF8);
            this.key = key;
        }

        @Override
        public ByteBuffer getFirstEncodedKey() {
            return codec.encodeKey(key);
        }
    }
}
