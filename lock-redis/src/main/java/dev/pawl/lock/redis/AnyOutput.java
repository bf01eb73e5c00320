package dev.pawl.lock.redis;

import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.CommandOutput;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whatever a script returns: a number, a text, nothing, or a list of these. lettuce's own outputs want to know beforehand, or
 * cannot tell a text from a list of one.
 */
final class AnyOutput extends CommandOutput<String, String, Object> {

    private final Deque<Open> open = new ArrayDeque<>();

    /** A list whose elements are still to come. */
    private record Open(List<@Nullable Object> list, int size) {}

    @SuppressWarnings("NullAway") // lettuce is not annotated; no reply yet is none.
    AnyOutput() {
        super(StringCodec.UTF8, null);
    }

    @Override
    public void set(@Nullable ByteBuffer bytes) {
        add(bytes == null ? null : codec.decodeValue(bytes));
    }

    @Override
    public void setSingle(@Nullable ByteBuffer bytes) {
        set(bytes);
    }

    @Override
    public void setBigNumber(@Nullable ByteBuffer bytes) {
        set(bytes);
    }

    @Override
    public void set(long number) {
        add(number);
    }

    @Override
    public void set(double number) {
        add(number);
    }

    @Override
    public void set(boolean value) {
        add(value);
    }

    @Override
    public void multi(int count) {
        List<@Nullable Object> list = new ArrayList<>();
        Open parent = open.peek();
        if (parent == null) {
            output = list;
        } else {
            parent.list().add(list);
        }
        open.push(new Open(list, count));
        closeFull();
    }

    /** Its keys and values by turns. */
    @Override
    public void multiMap(int count) {
        multi(2 * count);
    }

    @SuppressWarnings("NullAway") // lettuce is not annotated; an answer of nothing is null.
    private void add(@Nullable Object value) {
        Open last = open.peek();
        if (last == null) {
            output = value;
        } else {
            last.list().add(value);
            closeFull();
        }
    }

    private void closeFull() {
        Open last = open.peek();
        while (last != null && last.list().size() >= last.size()) {
            open.pop();
            last = open.peek();
        }
    }
}
