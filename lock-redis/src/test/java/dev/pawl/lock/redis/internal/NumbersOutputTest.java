package dev.pawl.lock.redis.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class NumbersOutputTest {

    @Test
    void replyThatBrokeInTheMiddle_isNotMixedWithItsReplay() {
        NumbersOutput output = new NumbersOutput();
        output.multi(2);
        output.set(1_795_000_000_000_000L);
        // The connection breaks; lettuce sends the command again on the next one.
        output.multi(2);
        output.set(-100);
        output.set(0);

        assertThat(output.get()).containsExactly(-100, 0, 0, 0);
    }

    @Test
    void numbersThatAreSentAsText_areNumbers() {
        NumbersOutput output = new NumbersOutput();
        output.multi(2);
        output.set(ByteBuffer.wrap("1795000000".getBytes(StandardCharsets.US_ASCII)));
        output.set(ByteBuffer.wrap("000042".getBytes(StandardCharsets.US_ASCII)));

        assertThat(output.get()).containsExactly(1_795_000_000, 42, 0, 0);
    }

    @Test
    void singleNumber_isTheFirst() {
        NumbersOutput output = new NumbersOutput();
        output.set(2);

        assertThat(output.get()).startsWith(2);
    }
}
