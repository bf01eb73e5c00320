package dev.pawl.lock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code pawl run}, what needs no service: streams, words, environment, exit codes, signals. */
class RunTest extends Pawls {

    private static final int MANY = 1_000_000;

    private static String[] run(String... command) {
        return Stream.concat(Stream.of("run", "--url", "memory:", "--lock", "x", "--"), Stream.of(command))
                .toArray(String[]::new);
    }

    private static String[] sh(String script) {
        return run("/bin/sh", "-c", script);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, 64, 255})
    void exitCodeOfTheCommand_isOurs(int code) throws Exception {
        Run run = pawl(sh("exit " + code));

        assertThat(run.exitCode()).isEqualTo(code);
        assertThat(run.err()).isEmpty();
    }

    @Test
    void commandEndedByASignal_gives128AndItsNumber() throws Exception {
        assertThat(pawl(sh("kill -9 $$")).exitCode()).isEqualTo(128 + 9);
    }

    @Test
    void streams_passByteForByte() throws Exception {
        byte[] bytes = new byte[MANY];
        new Random(7).nextBytes(bytes);

        Run run = start(Map.of(), List.of(), bytes, run("cat"));

        assertThat(run.exitCode()).isZero();
        assertThat(run.bytes()).isEqualTo(bytes);
        assertThat(run.err()).isEmpty();
    }

    @Test
    void streamOfErrors_isTheCommandsOwn() throws Exception {
        Run run = pawl(sh("printf 'on\\0e' >&2"));

        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).isEqualTo("on\0e");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void inAPipe_itEndsWithWhatItReads_andLeavesTheRestUnread() throws Exception {
        Run run =
                start(Map.of(), List.of(), "one\ntwo\n".getBytes(StandardCharsets.UTF_8), sh("read line; echo $line"));

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).isEqualTo("one\n");
    }

    @Test
    void wordsOfTheCommand_arriveAsTheyAre() throws Exception {
        Run run = pawl(
                run("printf", "%s|", "a b", "", "@file", "--", "-x", "--lock", "\"q'", "$HOME", "größe 鎖", "${sys:x}"));

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).isEqualTo("a b||@file|--|-x|--lock|\"q'|$HOME|größe 鎖|${sys:x}|");
    }

    @Test
    void wordsThatTheLocaleCannotRead_areRefused() throws Exception {
        Run run = pawl(Map.of("LC_ALL", "POSIX"), run("touch", "größe"));

        assertThat(run.exitCode()).isEqualTo(64);
        assertThat(run.err()).contains("LC_ALL=C.UTF-8");
    }

    /** What {@code ./pawl} does where the locale has no character set. */
    @Test
    void localeOfTheCommand_isTheOneBefore() throws Exception {
        Run none = pawl(Map.of("JDK_JAVA_OPTIONS", "-Ddev.pawl.cli.lc-all=unset"), sh("echo ${LC_ALL-none}"));
        Run other = pawl(Map.of("JDK_JAVA_OPTIONS", "-Ddev.pawl.cli.lc-all=POSIX"), sh("echo ${LC_ALL-none}"));

        assertThat(none.exitCode()).isZero();
        assertThat(none.out()).isEqualTo("none\n");
        assertThat(other.exitCode()).isZero();
        assertThat(other.out()).isEqualTo("POSIX\n");
    }

    @Test
    void command_isToldLockTokenAndHolder() throws Exception {
        Run run = pawl(
                Map.of("PAWL_HOLDER", "", "PAWL_LEASE_TIME", "10s"),
                sh("echo $PAWL_LOCK/$PAWL_TOKEN/$PAWL_HOLDER/$PPID"));

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).matches("x/[1-9][0-9]*/.+/" + run.pid() + "/" + run.pid() + "\n");
    }

    @Test
    void holder_isTheOneThatIsSet() throws Exception {
        Files.writeString(here.resolve("pawl.properties"), "pawl.holder = nightly\n");

        Run byFile = pawl(sh("echo $PAWL_HOLDER"));
        Run byEnvironment = pawl(Map.of("PAWL_HOLDER", "daily"), sh("echo $PAWL_HOLDER"));

        assertThat(byFile.exitCode()).isZero();
        assertThat(byFile.out()).isEqualTo("nightly\n");
        assertThat(byEnvironment.exitCode()).isZero();
        assertThat(byEnvironment.out()).isEqualTo("daily\n");
    }

    @Test
    void environmentOfCron_isEnough_andPassedOnAsItIs() throws Exception {
        Run run = start(
                Map.of(),
                List.of("/usr/bin/env", "-i", "SHELL=/bin/sh", "PATH=/usr/bin:/bin", "PAWL_URL=memory:"),
                new byte[0],
                "run",
                "--lock",
                "x",
                "env");

        assertThat(run.exitCode()).as(run::err).isZero();
        assertThat(run.out().lines().map(line -> line.replaceFirst("=.*", "")))
                .containsExactlyInAnyOrder("SHELL", "PATH", "PAWL_URL", "PAWL_LOCK", "PAWL_TOKEN", "PAWL_HOLDER");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void service_isFoundInTheFile_inTheEnvironment_andOnTheCommandLine_theLaterWins() throws Exception {
        Files.writeString(here.resolve("pawl.properties"), "pawl.url = nothing:a\n");
        Files.writeString(here.resolve("other"), "pawl.url = nothing:b\n");

        assertThat(failure(Map.of(), "ping")).contains("nothing").contains("pawl.url");
        assertThat(failure(Map.of("PAWL_URL", "environment:"), "ping")).contains("environment");
        assertThat(failure(Map.of("PAWL_URL", "environment:"), "ping", "--url", "option:"))
                .contains("option");
        assertThat(failure(Map.of(), "ping", "--config", "other")).contains("nothing");
        assertThat(pawl("ping", "--url", "memory:").exitCode()).isZero();
    }

    private String failure(Map<String, String> environment, String... args) throws IOException, InterruptedException {
        Run run = pawl(environment, args);
        assertThat(run.exitCode()).isEqualTo(64);
        return run.err();
    }

    @Test
    void misspelledVariable_isWarnedAbout() throws Exception {
        Run run = pawl(Map.of("PAWL_LEASE_TIM", "10s"), run("true"));

        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).contains("PAWL_LEASE_TIM").contains("PAWL_LEASE_TIME");
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM", "HUP"})
    void signal_goesToTheCommand_once_andItsExitCodeIsOurs(String signal) throws Exception {
        Run run = pawl(sh("trap 'echo got >>got; exit 3' " + signal + "; echo $$ >ready; while :; do sleep 0.1; done"));
        awaitWord("ready");

        run.signal(signal);

        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(word("got")).isEqualTo("got");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void commandWithoutATrap_endsByTheSignal() throws Exception {
        Run run = pawl(sh("echo $$ >ready; exec sleep 100"));
        awaitWord("ready");

        run.signal("TERM");

        assertThat(run.exitCode()).isEqualTo(128 + 15);
    }

    @Test
    void commandThatLivesOnAfterASignal_isLeftInPeace() throws Exception {
        Run run = pawl(sh("trap 'echo got >>got' HUP; echo $$ >ready; while [ ! -f go ]; do sleep 0.1; done; exit 4"));
        awaitWord("ready");

        run.signal("HUP");
        awaitWord("got");
        assertThat(run.isRunning()).isTrue();
        Files.writeString(here.resolve("go"), "");

        assertThat(run.exitCode()).isEqualTo(4);
    }

    @Test
    void underNohup_aHangUpReachesNobody() throws Exception {
        Run run = start(
                Map.of(),
                List.of("nohup"),
                new byte[0],
                sh("echo $$ >ready; while [ ! -f go ]; do sleep 0.1; done; exit 4"));
        awaitWord("ready");

        run.signal("HUP");
        run.signal("HUP");
        Files.writeString(here.resolve("go"), "");

        assertThat(run.exitCode()).isEqualTo(4);
    }
}
