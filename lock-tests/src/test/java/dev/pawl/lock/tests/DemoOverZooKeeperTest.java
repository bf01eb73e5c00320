package dev.pawl.lock.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.examples.Demo;
import dev.pawl.lock.tests.servers.ZooKeeperServers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demo with processes for workers, as {@code ./demo --url zookeeper://…} starts it. */
@Timeout(120)
class DemoOverZooKeeperTest {

    @TempDir
    Path temporary;

    @BeforeEach
    @AfterEach
    void heal() {
        ZooKeeperServers.standalone().heal();
    }

    @Test
    void workers_sellTheWholeStock_inTheOrderOfTheirTokens() throws Exception {
        Path out = temporary.resolve("out");
        Path err = temporary.resolve("err");
        Process demo = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + temporary,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Demo.class.getName(),
                        "--url",
                        ZooKeeperServers.standalone().url() + "?sessionTimeout=3s",
                        "--items",
                        "1500",
                        "--workers",
                        "2")
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            assertThat(demo.waitFor())
                    .as(() -> "exit; " + out + " and " + err + " tell more")
                    .isZero();
        } finally {
            demo.destroyForcibly();
        }
        assertThat(Files.readString(out)).contains("strictly increasing").contains("1,500");
    }
}
