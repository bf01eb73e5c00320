package dev.pawl.lock.redis.internal;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisCommandExecutionException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VersionTest {

    private static String info(String version) {
        return "# Server\r\nredis_version:" + version + "\r\nredis_git_sha1:00000000\r\nserver_name:some\r\n";
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.8.24", "5.0.14", "6.0.16", "6.1.240"})
    void olderServer_isRefused_withItsVersionAndTheOneThatIsNeeded(String version) {
        assertThatThrownBy(() -> Version.check(info(version)))
                .isInstanceOf(Version.TooOld.class)
                .hasMessage("is of version " + version + ", and 6.2 or newer is needed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.2.0", "6.10.1", "7.0.15", "8.2.1", "10.0", "255.255.255", "unstable", ""})
    void newerServer_andOneThatDoesNotSay_isTaken(String version) {
        assertThatCode(() -> Version.check(info(version))).doesNotThrowAnyException();
    }

    @Test
    void userWhoMayNotAsk_isTaken_andAConnectionThatBreaksIsNot() {
        CompletableFuture<String> refused = CompletableFuture.failedFuture(
                new RedisCommandExecutionException("NOPERM no permissions to run 'info'"));
        assertThatCode(() -> new Version(refused).check(Duration.ofSeconds(1))).doesNotThrowAnyException();

        CompletableFuture<String> broken = CompletableFuture.failedFuture(new IOException("reset"));
        assertThatThrownBy(() -> new Version(broken).check(Duration.ofSeconds(1)))
                .isInstanceOf(ExecutionException.class);
    }
}
