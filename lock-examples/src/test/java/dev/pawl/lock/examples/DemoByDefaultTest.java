package dev.pawl.lock.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** As {@code ./demo} alone starts it, over a database of its own that another process serves. */
@DisabledOnOs(OS.WINDOWS)
class DemoByDefaultTest extends DemoOverService {

    DemoByDefaultTest() {
        super(List.of(), 1);
    }

    @Test
    void killedRun_doesNotTakeTheDatabaseFromTheOther() throws Exception {
        Process first = start("first", "--items", "3000", "--workers", "2");
        awaitSale("first");
        Process other = start("other", "--items", "500", "--workers", "2");
        awaitSale("other");

        first.destroyForcibly();

        assertThat(other.waitFor()).as(() -> read("other.err")).isZero();
        assertThat(read("other.out")).contains("strictly increasing", "lease lost (EXPIRED)");
    }
}
