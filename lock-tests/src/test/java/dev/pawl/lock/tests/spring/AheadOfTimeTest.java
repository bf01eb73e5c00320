package dev.pawl.lock.tests.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.tests.ApplicationJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An application is processed ahead of time by its Spring Boot, compiled, and started on what came out of it. */
@Full
class AheadOfTimeTest {

    private static final List<String> SETTINGS = List.of(
            "--pawl.spring.use=dataSource", "--spring.datasource.url=jdbc:h2:mem:ahead-of-time", "--server.port=0");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"boot-3.5", "boot-4.0", "boot-4.1"})
    void anApplication_isProcessed_andLocks(String boot) throws Exception {
        String processed = ApplicationJvm.run(
                folder, boot, AheadOfTimeMain.class, List.of("process", folder.toString(), SETTINGS.get(0)));
        assertThat(processed).contains("compiled with result 0").endsWith("exit status 0");
        assertThat(Files.exists(folder.resolve(
                        "classes/dev/pawl/lock/spring/boot/PawlAutoConfiguration__BeanDefinitions.class")))
                .isTrue();

        String output =
                ApplicationJvm.runAheadOfTime(folder, boot, folder.resolve("classes"), AheadOfTimeMain.class, SETTINGS);

        assertThat(output)
                .contains("sold apple under inventory/apple, 1")
                .contains("counted under counter")
                .contains("ahead of time: true, held after it: []")
                .endsWith("exit status 0");
    }
}
