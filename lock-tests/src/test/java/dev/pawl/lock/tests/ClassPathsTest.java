package dev.pawl.lock.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testservers.PostgresServer;
import dev.pawl.lock.testservers.RedisServers;
import dev.pawl.lock.testservers.ZooKeeperServers;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pawl on the class paths of applications: Spring Boot's versions replace Pawl's, and every backend must work with them, by URL and
 * with the application's own client. The lists of libraries are made by the modules in {@code class-paths}.
 */
@Full
class ClassPathsTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"boot-3.5", "boot-4.0", "boot-4.1"})
    void everyBackend_worksOnTheClassPathOf(String application) throws Exception {
        String output = ApplicationJvm.run(
                folder,
                application,
                ClassPathMain.class,
                List.of(
                        "memory:",
                        RedisServers.single().url(),
                        RedisServers.independent(3).url(),
                        ZooKeeperServers.standalone().url(),
                        PostgresServer.shared().url(),
                        "jdbc:h2:mem:class-paths"));
        assertThat(output.lines().filter(line -> line.startsWith("held ")))
                .as(output)
                .hasSize(6 + ClassPathMain.HANDED_IN);
    }
}
