package dev.pawl.lock.redis.internal;

import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One command that answers with numbers, and when it began.
 *
 * <p>A connection has no other way to tell whose answer it reads than the order of the requests. Where the client library has lost count,
 * as it may when the heap is full, each request is given the answer to another one. So a script repeats the serial of its call, its last
 * argument, as the last number of its answer; of another command the count of the numbers must fit.
 */
final class Call extends AsyncCommand<String, String, long[]> {

    /** Serials are short: it is enough that those that are in flight at once differ, and by far the most do. */
    private static final int SERIALS = 1_000;

    private static final int NO_SERIAL = -1;

    private static final AtomicInteger lastSerial = new AtomicInteger();

    private final NumbersOutput numbers;
    private final int serial;
    private final int wanted;
    private final String key;
    private final long startNanos;
    private final long sentNanos = System.nanoTime();
    private volatile @Nullable Throwable earlierFailure;

    /** Counted by lettuce's threads, one after the other. */
    private volatile int sendings;

    /**
     * @param serial what the answer ends with, or negative
     * @param wanted how many numbers the answer has, if it has no serial
     */
    private Call(
            CommandType type,
            CommandArgs<String, String> args,
            NumbersOutput numbers,
            int serial,
            int wanted,
            String key,
            long startNanos) {
        super(new Command<>(type, numbers, args));
        this.numbers = numbers;
        this.serial = serial;
        this.wanted = wanted;
        this.key = key;
        this.startNanos = startNanos;
    }

    static Call evalsha(Script script, long startNanos, String[] keys, String[] values) {
        return script(CommandType.EVALSHA, script.sha(), startNanos, keys, values);
    }

    static Call eval(Script script, long startNanos, String[] keys, String[] values) {
        return script(CommandType.EVAL, script.source(), startNanos, keys, values);
    }

    private static Call script(CommandType type, String body, long startNanos, String[] keys, String[] values) {
        CommandArgs<String, String> args =
                new CommandArgs<>(StringCodec.UTF8).add(body).add(keys.length);
        for (String key : keys) {
            args.addKey(key);
        }
        for (String value : values) {
            args.add(value);
        }
        int serial = Math.floorMod(lastSerial.incrementAndGet(), SERIALS);
        args.add(serial);
        return new Call(type, args, new NumbersOutput(), serial, 0, keys[0], startNanos);
    }

    private static Call command(
            CommandType type, CommandArgs<String, String> args, int wanted, String key, long startNanos) {
        return new Call(type, args, new NumbersOutput(), NO_SERIAL, wanted, key, startNanos);
    }

    /** What time it is at the server, in seconds and microseconds: changes nothing there. */
    static Call time(long startNanos) {
        return command(CommandType.TIME, new CommandArgs<>(StringCodec.UTF8), 2, "", startNanos);
    }

    static Call waitForReplicas(String key, long startNanos, int replicas, long timeoutMillis) {
        CommandArgs<String, String> args = new KeylessArgs(key).add(replicas).add(timeoutMillis);
        return command(CommandType.WAIT, args, 1, key, startNanos);
    }

    /** Whether the answer is that to this request. */
    boolean isAnswered() {
        return serial == NO_SERIAL ? numbers.count() == wanted : numbers.endsWith(serial);
    }

    String key() {
        return key;
    }

    /** Whether the server may answer that it does not know the script. */
    boolean isByHash() {
        return getType() == CommandType.EVALSHA;
    }

    /** When the time limit began. */
    long startNanos() {
        return startNanos;
    }

    /** When this call was made, which is sent at once. */
    long sentNanos() {
        return sentNanos;
    }

    /** lettuce asks for the bytes each time that it sends them: again on a new connection, and where a cluster redirects. */
    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // One sending after the other.
    public void encode(ByteBuf bytes) {
        sendings++;
        super.encode(bytes);
    }

    /** Whether the server may have carried out this request before, and its answer was lost. */
    boolean wasSentAgain() {
        return sendings > 1 || earlierFailure != null;
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
