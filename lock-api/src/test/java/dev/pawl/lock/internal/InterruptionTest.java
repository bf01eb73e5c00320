package dev.pawl.lock.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class InterruptionTest {

    @Test
    void interruptThatRacesTheEndOfTheBody_leavesNoStatusAfterIt() {
        for (int i = 0; i < 5_000; i++) {
            Interruption interruption = new Interruption();
            CompletableFuture<Void> loss = CompletableFuture.runAsync(interruption::interrupt);
            interruption.end(false);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            loss.join();
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        }
    }

    @Test
    void statusOfSomebodyElse_isKept() {
        Interruption before = new Interruption();
        Thread.currentThread().interrupt();
        before.interrupt();
        assertThat(before.end(false)).isTrue();
        assertThat(Thread.interrupted()).isTrue();

        Interruption taken = new Interruption();
        taken.interrupt();
        assertThat(Thread.interrupted()).as("taken by the body").isTrue();
        Thread.currentThread().interrupt();
        assertThat(taken.end(true)).isTrue();
        assertThat(taken.end(false)).isTrue();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void lossAfterTheBody_interruptsNobody() {
        Interruption interruption = new Interruption();
        assertThat(interruption.end(false)).isFalse();
        interruption.interrupt();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }
}
