package dev.pawl.lock.tests.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.tests.ApplicationJvm;
import dev.pawl.lock.testservers.PostgresServer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code /actuator/locks} on three generations of Spring Boot, over the application's own database. */
@Full
class LocksEndpointTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"boot-3.5", "boot-4.0", "boot-4.1"})
    void endpoint_tells_andTakesAway_ifItMay(String boot) throws Exception {
        PostgresServer database = PostgresServer.shared();

        String output = ApplicationJvm.run(
                folder,
                boot,
                LocksEndpointMain.class,
                List.of(
                        "--pawl.spring.use=dataSource",
                        "--pawl.lease-time=9s",
                        "--pawl.holder=shop-1",
                        "--spring.datasource.url=" + database.jdbcUrl(),
                        "--spring.datasource.username=" + database.user(),
                        "--spring.datasource.password=" + database.password(),
                        "--server.port=0",
                        "--management.endpoints.web.exposure.include=locks"));

        String held =
                "\"name\":\"shop/7 a&b\",\"held\":true,\"kind\":\"lock\",\"token\":\"[0-9]+\",\"holder\":\"shop-1\","
                        + "\"since\":\"[^\"]+Z\",\"until\":\"[^\"]+Z\",(\"waiting\":0,)?\"revoked\":false";
        assertThat(output)
                .containsPattern(
                        "all: 200 .*\"backend\":\"jdbc\".*\"held\":\\[\\{\"name\":\"shop/7 a&b\",\"token\":\"[0-9]+\"")
                .containsPattern("held: 200 \\{" + held + "}")
                .contains("free: 200 {\"name\":\"shop/8\",\"held\":false}")
                .contains("not permitted: 405", "still valid: true")
                .contains("without a token: 400")
                .containsPattern("no token: 400 \\{\"error\":\".*at least 1.*\"}")
                .containsPattern("another token: 409 \\{\"released\":false,\"atOnce\":false,\"lock\":\\{" + held + "}}")
                .containsPattern(
                        "revoked: 200 \\{\"released\":true,\"atOnce\":false,\"lock\":\\{\"name\":\"shop/7 a&b\"")
                .contains("lost: TAKEN_OVER")
                .containsPattern("freed: 200 \\{\"released\":true,\"atOnce\":true,\"lock\":\\{\"name\":\"shop/7 a&b\","
                        + "\"held\":false")
                .containsPattern("cannot say: 501 \\{\"error\":\"INSPECT is not supported here; ask LockClient.held")
                .containsPattern("cannot do: 501 \\{\"error\":\"REVOKE is not supported here; stop the process")
                .doesNotContain("\tat dev.pawl", "\tat org.springframework")
                .endsWith("exit status 0");
    }
}
