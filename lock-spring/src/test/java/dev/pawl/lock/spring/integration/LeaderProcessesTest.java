package dev.pawl.lock.spring.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.testkit.ChildJvm;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testservers.PostgresServer;
import dev.pawl.lock.testservers.RedisServers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Leaders in processes of their own: what each is told, and in which order, when one is killed, stands still, or ends. */
@Timeout(300)
@Full
class LeaderProcessesTest {

    private final List<ChildJvm> processes = new ArrayList<>();

    @AfterEach
    void end() {
        processes.forEach(ChildJvm::close);
    }

    @ParameterizedTest
    @CsvSource({"pawl, redis", "pawl, postgresql", "host, redis"})
    void theNextLeads_whenTheLeaderIsKilled_standsStill_orEnds(String whose, String service) {
        String url = service.equals("redis")
                ? RedisServers.single().url()
                : PostgresServer.shared().url();
        String role = "leader/" + whose + "/" + System.nanoTime();
        ChildJvm killed = start(whose, url, role);
        long first = term(killed);
        ChildJvm second = start(whose, url, role);
        second.awaitLine("standing");
        assertThat(second.has("granted")).isFalse();

        killed.kill();
        long next = term(second);
        assertThat(killed.has("revoked")).isFalse();

        ChildJvm third = start(whose, url, role);
        third.awaitLine("standing");
        second.stop();
        long afterTheStop = term(third);
        second.resume();
        second.awaitLine("OnRevokedEvent");

        third.send("end");
        third.awaitLine("closed");
        third.awaitLine("OnRevokedEvent");
        second.await("the second office", () -> told(second).size() == 6);

        List<String> anOffice = List.of("granted", "OnGrantedEvent", "revoked", "OnRevokedEvent");
        assertThat(told(third)).isEqualTo(anOffice);
        assertThat(told(second).subList(0, 4)).isEqualTo(anOffice);
        if (whose.equals("pawl")) {
            assertThat(List.of(first, next, afterTheStop)).isSorted().doesNotHaveDuplicates();
            assertThat(third.lines().get(third.lines().size() - 1))
                    .as("told before its context has closed")
                    .isEqualTo("closed");
        }
    }

    private ChildJvm start(String whose, String url, String role) {
        ChildJvm process = ChildJvm.start(LeaderMain.class, url, Map.of(), Map.of(), whose, role);
        processes.add(process);
        return process;
    }

    /** Waits for the office. */
    private static long term(ChildJvm process) {
        List<String> words = process.awaitLine("OnGrantedEvent");
        return words.isEmpty() ? 0 : Long.parseLong(words.get(0));
    }

    private static List<String> told(ChildJvm process) {
        return process.lines().stream()
                .map(line -> line.replaceFirst(" .*", ""))
                .filter(word -> word.matches("granted|revoked|On.*Event"))
                .toList();
    }
}
