package dev.pawl.lock.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
@DisabledOnOs(OS.WINDOWS)
class ProcessLinkTest {

    @TempDir
    Path directory;

    @Test
    void worker_sells_isStoppedBeyondItsLease_andLearnsOfItsLoss() throws Exception {
        try (Shop open = Shop.withStock(directory.resolve("open"), 3);
                Shop guarded = Shop.withStock(directory.resolve("guarded"), 3);
                ProcessLink worker = ProcessLink.start("7/1", "memory:", directory.resolve("log"))) {
            assertThat(worker.answer()).containsExactly("ready");

            worker.tell("sell-with", open.directory().toString());
            assertThat(worker.answer()).containsExactly("done");
            assertThat(open.books().sold()).isEqualTo(3);

            worker.tell(
                    "hold",
                    "true",
                    open.directory().toString(),
                    guarded.directory().toString());
            assertThat(worker.answer()[0]).isEqualTo("holding");
            worker.stop();
            worker.tell("write");
            assertThat(worker.answer(Worker.SHORT_LEASE.toMillis() + 500)).isNull();
            worker.resume();
            assertThat(worker.answer()).containsExactly("late", "accepted", "lease lost (EXPIRED)");
        }
    }

    @Test
    void workerThatCannotConnect_saysWhyInOneLine() throws Exception {
        try (ProcessLink worker = ProcessLink.start("7/1", "nosuch://:sesame@h", directory.resolve("log"))) {
            assertThatThrownBy(worker::answer)
                    .isInstanceOf(DemoException.class)
                    .hasMessageContaining("nosuch")
                    .hasMessageNotContaining("sesame");
        }
    }

    @Test
    void workerThatDies_isMissed() throws Exception {
        try (ProcessLink worker = ProcessLink.start("7/1", "memory:", directory.resolve("log"))) {
            assertThat(worker.answer()).containsExactly("ready");
            worker.kill();
            assertThatThrownBy(worker::answer).isInstanceOf(DemoException.class).hasMessageContaining("7/1");
        }
    }
}
