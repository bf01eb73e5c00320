package dev.pawl.lock.tests.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.tests.ApplicationJvm;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Spring Boot's DevTools start an application again in the same JVM: its locks are free by then, and no thread stays. */
@Full
class DevToolsTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"boot-3.5", "boot-4.0", "boot-4.1"})
    void aRestart_releasesWhatIsHeld_andLeavesNoThread(String boot) throws Exception {
        String output = ApplicationJvm.runWithDevTools(
                folder,
                boot,
                DevToolsMain.class,
                List.of(
                        "--pawl.spring.use=dataSource",
                        // A file: of a database in memory the restart would leave nothing anyhow.
                        "--spring.datasource.url=jdbc:h2:file:" + folder.resolve("database"),
                        "--spring.devtools.livereload.enabled=false",
                        "--server.port=0"));

        assertThat(output)
                .containsSubsequence(
                        "start 1 free true timers 1",
                        "start 2 free true timers 1",
                        "start 3 free true timers 1",
                        "start 4 free true timers 1",
                        "closed, timers 0")
                .endsWith("exit status 0");
    }
}
