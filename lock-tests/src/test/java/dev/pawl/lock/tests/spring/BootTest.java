package dev.pawl.lock.tests.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.tests.ApplicationJvm;
import dev.pawl.lock.testservers.PostgresServer;
import dev.pawl.lock.testservers.RedisServers;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The starter on the class paths of three generations of Spring Boot, over the application's own database and Redis. */
class BootTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"boot-3.5", "boot-4.0", "boot-4.1"})
    void starter_worksOn(String boot) throws Exception {
        PostgresServer database = PostgresServer.shared();

        String output = ApplicationJvm.run(
                folder,
                boot,
                BootMain.class,
                List.of(
                        database.jdbcUrl(),
                        database.user(),
                        database.password(),
                        RedisServers.single().url()));

        assertThat(output).endsWith("exit status 0");
        List<String> starts = List.of(output.split("starting with ", -1));
        assertThat(starts).hasSize(9);
        assertThat(starts.get(1))
                .as("two candidates and no choice")
                .contains("APPLICATION FAILED TO START")
                .contains("'redisConnectionFactory' (redis: LettuceConnectionFactory), 'dataSource' (jdbc: DataSource)")
                .contains("Write one of: pawl.spring.use=redisConnectionFactory, pawl.spring.use=dataSource")
                .contains("refused");
        assertThat(starts.get(2))
                .contains("APPLICATION FAILED TO START", "pawl.lease-tme: unknown key", "pawl.lease-time");
        assertThat(starts.get(3)).contains("APPLICATION FAILED TO START", "pawl.lease-time: '5': not a duration");
        assertThat(starts.get(4)).contains("pawl.spring.use=dataSouce: there is no such bean", "'dataSource' (jdbc");
        assertThat(starts.get(5)).contains("'redis' does not give [FENCING_DURABLE]");
        assertUsed(starts.get(6), "jdbc");
        assertThat(starts.get(6)).containsPattern("token [0-9]+ lasts (20|19|18|17|16|15)\\b");
        assertUsed(starts.get(7), "redis");
        assertUsed(starts.get(8), "memory");
        assertThat(starts.get(8))
                .containsPattern("registry " + registryOn(boot) + " holds \\[.*integration/7")
                .containsSubsequence("leader OnGrantedEvent of chief", "leader OnRevokedEvent of chief");
        assertThat(starts.get(8)).contains("threads of Pawl: []");
    }

    private static String registryOn(String boot) {
        return boot.equals("boot-3.5") ? "PawlLockRegistry" : "PawlDistributedLockRegistry";
    }

    private static void assertUsed(String start, String backend) {
        assertThat(start)
                .as(backend)
                .contains("sold apple under inventory/apple, 1")
                .containsPattern("endpoint 200 .*\"backend\":\"" + backend + "\".*\"name\":\"report/7\"")
                .containsPattern("health 200 .*\"status\":\"UP\"")
                .containsPattern("health 200 .*\"backend\":\"" + backend + "\"")
                .containsPattern("meter 200 .*\"statistic\":\"COUNT\",\"value\":1.0")
                .contains("free after the end: true");
    }
}
