package dev.pawl.lock.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.testservers.IndependentRedis;
import dev.pawl.lock.testservers.RedisServers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demo with processes for workers over a quorum, as {@code ./demo --url redlock://…} starts it. */
@Timeout(120)
class DemoOverRedlockTest {

    @TempDir
    Path temporary;

    @Test
    void workersSellEachPieceOnce_withOneMasterDown() throws Exception {
        IndependentRedis servers = RedisServers.independent(3);
        servers.heal();
        servers.kill(1);
        Path output = temporary.resolve("output");
        Process demo = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + temporary,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Demo.class.getName(),
                        "--url",
                        servers.url(),
                        "--items",
                        "300",
                        "--workers",
                        "2")
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(demo.waitFor(100, TimeUnit.SECONDS)).isTrue();
            assertThat(demo.exitValue()).as(Files.readString(output)).isZero();
            assertThat(Files.readString(output)).contains("strictly increasing");
        } finally {
            demo.destroyForcibly();
            servers.heal();
        }
    }
}
