package dev.pawl.lock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.testservers.H2Server;
import dev.pawl.lock.testservers.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The drivers of databases are in the jar, too; a database is as good a service. */
class SqlLockTest extends Pawls {

    @Test
    void ofTwo_overADatabase_oneRuns() throws Exception {
        Map<String, String> database = Map.of("PAWL_URL", H2Server.shared().url());
        Run first = pawl(
                database,
                "run",
                "--lock",
                "nightly",
                "/bin/sh",
                "-c",
                "echo $$ >ready; while [ ! -f go ]; do sleep 0.1; done; exit 3");
        awaitWord("ready");

        Run second = pawl(database, "run", "--lock", "nightly", "--no-wait", "touch", "ran");

        assertThat(second.exitCode()).isEqualTo(75);
        assertThat(here.resolve("ran")).doesNotExist();
        Files.writeString(here.resolve("go"), "");
        assertThat(first.exitCode()).isEqualTo(3);
        assertThat(pawl(database, "run", "--lock", "nightly", "--no-wait", "true")
                        .exitCode())
                .isZero();
    }

    /** Cron on two machines starts a job at nearly the same time; it takes less than the clocks differ. */
    @Test
    void onTwoMachines_aQuickJobRunsOnceAPeriod() throws Exception {
        Map<String, String> database = Map.of("PAWL_URL", H2Server.shared().url());
        String[] job = {
            "run",
            "--lock",
            "once",
            "--no-wait",
            "--conflict-exit",
            "0",
            "--hold-at-least",
            "3m",
            "/bin/sh",
            "-c",
            "echo ran >>log"
        };

        assertThat(pawl(database, job).exitCode()).isZero();
        assertThat(pawl(database, job).exitCode()).isZero();

        assertThat(Files.readAllLines(here.resolve("log"))).containsExactly("ran");
        Run shown = pawl(database, "show", "once");
        assertThat(shown.exitCode()).isZero();
        assertThat(shown.out()).as("it is still taken").contains("token");
    }

    /** An uncommitted row tells nobody who has it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "show x",
                "list",
                "release x --token 1 --reason stuck",
                "release x --token 1 --reason stuck --now"
            })
    void whatTheServiceCannotDo_isRefused(String command) throws IOException {
        Path config = Files.writeString(
                here.resolve("row"), "pawl.url = " + PostgresServer.shared().url() + "\npawl.jdbc.mode = row\n");

        Answer answer = answer((command + " --config " + config).split(" ", -1));

        assertThat(answer.exitCode()).isEqualTo(64);
        assertThat(answer.err()).contains("is not supported here");
        assertThat(answer.err().lines()).hasSize(1);
        assertThat(answer.out()).isEmpty();
    }
}
