package dev.pawl.lock.redis.internal;

import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.CommandOutput;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A reply of numbers, seldom more than four, whether they are sent as such or as text. */
final class NumbersOutput extends CommandOutput<String, String, long[]> {

    private static final int USUAL = 4;

    /** With room for a label of 128 characters. */
    private static final int MOST = 1_024;

    private int count;

    NumbersOutput() {
        super(StringCodec.UTF8, new long[USUAL]);
    }

    @Override
    public void multi(int size) {
        // A command that is replayed on a new connection starts again, wherever the old one broke.
        count = 0;
    }

    @Override
    public void set(long number) {
        if (count < MOST) {
            if (count == output.length) {
                output = Arrays.copyOf(output, 2 * count);
            }
            output[count] = number;
        }
        count++;
    }

    /** How many came. */
    int count() {
        return count;
    }

    /** Whether what came ends with this number. */
    boolean endsWith(long number) {
        return count > 0 && count <= MOST && output[count - 1] == number;
    }

    @Override
    public void set(ByteBuffer text) {
        set(Long.parseLong(StringCodec.UTF8.decodeValue(text)));
    }
}
