package dev.pawl.lock.redis.internal;

import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.CommandOutput;
import java.nio.ByteBuffer;

/** A reply of up to three numbers, whether they are sent as such or as text. */
final class NumbersOutput extends CommandOutput<String, String, long[]> {

    private static final int MOST = 3;

    private int count;

    NumbersOutput() {
        super(StringCodec.UTF8, new long[MOST]);
    }

    @Override
    public void multi(int size) {
        // A command that is replayed on a new connection starts again, wherever the old one broke.
        count = 0;
    }

    @Override
    public void set(long number) {
        output[count] = number;
        count = Math.min(count + 1, MOST - 1);
    }

    @Override
    public void set(ByteBuffer text) {
        set(Long.parseLong(StringCodec.UTF8.decodeValue(text)));
    }
}
