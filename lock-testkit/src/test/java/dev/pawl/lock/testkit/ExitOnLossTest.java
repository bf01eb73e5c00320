package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** As the case of the contract, for the service inside a JVM, which no other process can reach. */
final class ExitOnLossTest {

    @Test
    void aJvmOverMemoryThatExitsWhenItIsToldOfALoss_ends() {
        try (ChildJvm child = ChildJvm.start(ChildMain.class, "memory:", Map.of(), Map.of(), "exit", "a", "900")) {
            child.awaitLine("held");
            Bench.await("its end").until(() -> child.endedByItself().isPresent());
            assertThat(child.lines()).contains("closed");
        }
    }
}
