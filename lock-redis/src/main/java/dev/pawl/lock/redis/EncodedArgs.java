package dev.pawl.lock.redis;

import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.protocol.CommandArgs;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A script's arguments as they go over the wire, encoded by the caller's thread. lettuce would encode each one by itself, with
 * several objects for it, on the I/O thread that all callers of a client share.
 *
 * <p>Source of the form: the bulk strings of the Redis serialization protocol, {@code $<length>\r\n<bytes>\r\n}.
 */
final class EncodedArgs extends CommandArgs<String, String> {

    private static final byte[] END = {'\r', '\n'};

    private final String key;
    private final int count;
    private byte[] bytes;
    private int length;

    /**
     * @param body the script's hash or source
     * @param keys at least one; lettuce finds the server of a cluster by the first
     */
    EncodedArgs(String body, String[] keys, String[] values) {
        super(StringCodec.UTF8);
        key = keys[0];
        count = 2 + keys.length + values.length;
        bytes = new byte[64 * count];
        bulk(body);
        bulk(Integer.toString(keys.length));
        for (String name : keys) {
            bulk(name);
        }
        for (String value : values) {
            bulk(value);
        }
    }

    private void bulk(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        byte[] head = ("$" + utf8.length + "\r\n").getBytes(StandardCharsets.US_ASCII);
        write(head);
        write(utf8);
        write(END);
    }

    private void write(byte[] part) {
        if (length + part.length > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + part.length));
        }
        System.arraycopy(part, 0, bytes, length, part.length);
        length += part.length;
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public void encode(ByteBuf buffer) {
        buffer.writeBytes(bytes, 0, length);
    }

    @Override
    public ByteBuffer getFirstEncodedKey() {
        return codec.encodeKey(key);
    }

    /** Not the arguments: the owner id is among them. */
    @Override
    public String toCommandString() {
        return key;
    }
}
