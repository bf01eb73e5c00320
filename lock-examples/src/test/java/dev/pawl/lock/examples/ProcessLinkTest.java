package dev.pawl.lock.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
@DisabledOnOs(OS.WINDOWS)
class ProcessLinkTest {

    @TempDir
    Path directory;

    @Test
    void worker_sells_isStoppedBeyondItsLease_andLearnsOfItsLoss() throws Exception {
        String url = "jdbc:h2:file:" + directory.resolve("locks") + ";AUTO_SERVER=TRUE";
        try (Shop shop = Shop.withStock(directory.resolve("shop"), 3);
                Ledger ledger = Ledger.at(url);
                Stand open = Stand.withStock(ledger, directory.resolve("open"), 3);
                Stand guarded = Stand.withStock(ledger, directory.resolve("guarded"), 3);
                ProcessLink worker = ProcessLink.start("7/1", url, directory.resolve("log"))) {
            assertThat(worker.answer()).containsExactly("ready");

            worker.tell("sell-with", Worker.INVENTORY, shop.directory().toString());
            assertThat(worker.answer()).containsExactly("done");
            assertThat(shop.books().sold()).isEqualTo(3);

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
            assertThat(worker.answer()).containsExactly("late", "accepted", "lease lost (EXPIRED)", "");
            assertThat(guarded.books().sold()).isEqualTo(1);
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
