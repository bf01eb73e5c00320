package dev.pawl.lock.tests.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.tests.ApplicationJvm;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What lock-spring's own tests say of Spring Integration, on the class paths of three generations of Spring Boot. Of 6.5 those cases are
 * left out that are about what only 7 has.
 */
@Full
class SpringIntegrationTest {

    private static final Pattern TESTS_AND_WHAT_RUNS_THEM = Pattern.compile(
            ".*/(lock-spring/target/test-classes|lock-spring-[^/]*-tests\\.jar"
                    + "|lock-testkit(/target/classes|-[^/]*(?<!-tests)\\.jar)"
                    + "|(junit-|assertj-|awaitility-|hamcrest-|opentest4j-|apiguardian-|byte-buddy-|jspecify-)[^/]*\\.jar)");

    private static final String TESTS = "dev.pawl.lock.spring.integration.";

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"boot-3.5, 2", "boot-4.0, 0", "boot-4.1, 0"})
    void theRegistryAndTheLeaders_keepTheirPromisesOn(String boot, int onlyOn7) throws Exception {
        String output = ApplicationJvm.run(
                folder,
                boot,
                TestsMain.class,
                List.of(
                        TESTS + "MemoryLockRegistryTest",
                        TESTS + "LockRegistryLeaderTest",
                        TESTS + "PawlLeaderInitiatorTest"),
                TESTS_AND_WHAT_RUNS_THEM);

        assertThat(output)
                .containsPattern("succeeded (2[0-9]|[3-9][0-9]), aborted " + onlyOn7 + ", failed 0\n")
                .endsWith("exit status 0");
    }
}
