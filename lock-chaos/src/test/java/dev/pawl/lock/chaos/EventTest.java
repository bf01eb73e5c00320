package dev.pawl.lock.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.chaos.Event.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process has written down is what is read. */
final class EventTest {

    private static final Event EVENT = new Event(123, Kind.OK, "c0.2", 4, "lock-1", 5, 6, "a note\tin two\nlines");

    @Test
    void anEvent_isReadAsItWasWritten() {
        assertThat(Event.parse(EVENT.line().strip()))
                .contains(new Event(123, Kind.OK, "c0.2", 4, "lock-1", 5, 6, "a note in two lines"));
    }

    @Test
    void whatWasWritten_isThereBeforeTheLogIsClosed_butHalfALineIsNotRead(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("c0.1.log");
        try (EventLog log = new EventLog("c0.1", file)) {
            log.write(EVENT);
            assertThat(Files.readString(file)).isEqualTo(EVENT.line());
            Files.writeString(file, EVENT.line() + EVENT.line().substring(0, 12));
            assertThat(History.read(directory).events()).hasSize(1);
        }
    }

    @Test
    void anInterruptedThread_stillWrites(@TempDir Path directory) throws Exception {
        try (EventLog log = new EventLog("c0.1", directory.resolve("c0.1.log"))) {
            Thread.currentThread().interrupt();
            log.write(EVENT);
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(History.read(directory).events()).hasSize(1);
    }
}
