package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.Guarantees;
import dev.pawl.lock.Guarantees.TokenDurability;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.testservers.H2Server;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is granted in a file outlives the process that serves it, if H2 is told so; and the guarantees say whether it was. */
@Timeout(180)
class H2FileTest {

    private static final String AT_ONCE = ";WRITE_DELAY=0";
    private static final int HALTED = 9;

    @TempDir
    Path directory;

    @Test
    void grant_outlivesAKillOfTheProcessThatServes_whenCommitsAreWrittenAtOnce() throws Exception {
        String url = url(AT_ONCE);

        assertThat(grantAndHalt(url)).isEqualTo(HALTED);

        try (LockClient next = LockClient.connect(url)) {
            assertThat(next.guarantees().tokenDurability()).isEqualTo(TokenDurability.DURABLE);
            assertThat(next.lock("held").tryAcquire()).isEmpty();
        }
    }

    @Test
    void commitsThatAreWrittenLater_areNotCalledDurable() {
        try (LockClient client = LockClient.connect(url(""))) {
            Guarantees guarantees = client.guarantees();

            assertThat(guarantees.tokenDurability()).isEqualTo(TokenDurability.CLOCK_FLOORED);
            assertThat(guarantees.summary()).contains("WRITE_DELAY=0");
        }
    }

    @Test
    void databaseInMemory_isNotCalledDurable_andAServedFileIs() {
        try (LockClient here = LockClient.connect("jdbc:h2:mem:here");
                LockClient served = LockClient.connect(H2Server.shared().url())) {
            assertThat(here.guarantees().tokenDurability()).isEqualTo(TokenDurability.PROCESS);
            assertThat(served.guarantees().tokenDurability()).isEqualTo(TokenDurability.DURABLE);
        }
    }

    private String url(String settings) {
        return "jdbc:h2:file:" + directory.resolve("locks") + ";AUTO_SERVER=TRUE" + settings;
    }

    private static int grantAndHalt(String url) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Granter.class.getName(),
                        url)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            assertThat(process.waitFor(40, TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    /** A process that opens the file, takes a lock for long enough, and ends as if killed in the same moment. */
    static final class Granter {

        private Granter() {}

        public static void main(String[] arguments) throws InterruptedException {
            LockClient client = LockClient.connect(arguments[0]);
            Lease lease = client.lock("held").acquire();
            lease.ensureValid();
            Runtime.getRuntime().halt(HALTED);
        }
    }
}
