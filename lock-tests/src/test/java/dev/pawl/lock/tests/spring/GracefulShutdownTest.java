package dev.pawl.lock.tests.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.tests.ApplicationJvm;
import dev.pawl.lock.testservers.RedisServers;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An application that ends serves its last requests first: their locks are held until then, on the application's own Redis client. */
@Full
class GracefulShutdownTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"boot-3.5", "boot-4.0", "boot-4.1"})
    void theLastRequest_keepsItsLock_andMayTakeAnother(String boot) throws Exception {
        String output = ApplicationJvm.run(
                folder,
                boot,
                GracefulMain.class,
                List.of(
                        "--pawl.spring.use=redisConnectionFactory",
                        "--spring.data.redis.url=" + RedisServers.single().url(),
                        "--spring.datasource.url=jdbc:h2:mem:graceful",
                        "--server.shutdown=graceful",
                        "--server.port=0",
                        "--management.endpoints.web.exposure.include=slow"));

        assertThat(output)
                .contains("answer 200 held to the end: true, and another: true")
                .doesNotContain("CLIENT_CLOSED")
                .endsWith("exit status 0");
    }
}
