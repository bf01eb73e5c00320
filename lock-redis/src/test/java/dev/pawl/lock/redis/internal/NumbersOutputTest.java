package dev.pawl.lock.redis.internal;

import static org.assertj.core.api.Assertions.assertThat;

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

        assertThat(output.get()).containsExactly(-100, 0, 0);
    }

    @Test
    void singleNumber_isTheFirst() {
        NumbersOutput output = new NumbersOutput();
        output.set(2);

        assertThat(output.get()).startsWith(2);
    }
}
