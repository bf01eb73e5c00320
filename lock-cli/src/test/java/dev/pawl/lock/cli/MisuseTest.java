package dev.pawl.lock.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is wrong with a command line is told in one line, by an exit code, and before anything has happened. */
class MisuseTest extends Pawls {

    static Stream<Arguments> misuses() {
        return Stream.of(
                misuse("which command?"),
                misuse("Unmatched argument at index 0: 'frobnicate'", "frobnicate"),
                misuse("Unknown options: '--url'", "--url", "memory:"),
                // run
                misuse("Missing required", "run"),
                misuse("Missing required parameter: 'command'", "run", "--url", "memory:", "--lock", "x"),
                misuse("Missing required option: '--lock=NAME'", "run", "--url", "memory:", "true"),
                misuse("which service?", "run", "--lock", "x", "true"),
                misuse("did you mean --lock?", "run", "--lock", "x", "--lokc", "y", "true"),
                misuse("must not be blank", "run", "--url", "memory:", "--lock", " ", "true"),
                misuse("'soon' is not a duration", "run", "--lock", "x", "--wait", "soon", "true"),
                misuse("'PT-1S' is negative", "run", "--lock", "x", "--wait", "PT-1S", "true"),
                misuse("contradict each other", "run", "--lock", "x", "--wait", "1s", "--no-wait", "true"),
                misuse(
                        "--lease: leaseTime: must be",
                        "run",
                        "--url",
                        "memory:",
                        "--lock",
                        "x",
                        "--lease",
                        "1ms",
                        "true"),
                misuse("--permits: must be N/LIMIT", "run", "--url=memory:", "--lock=x", "--permits=3", "true"),
                misuse("--permits: N must be between", "run", "--url=memory:", "--lock=x", "--permits=4/3", "true"),
                misuse("--permits: N must be between", "run", "--url=memory:", "--lock=x", "--permits=0/3", "true"),
                misuse("keep one of them", "run", "--url=memory:", "--lock=x", "--shared", "--exclusive", "true"),
                misuse("keep one of them", "run", "--url=memory:", "--lock=x", "--shared", "--permits=1/2", "true"),
                misuse("limit", "run", "--url=memory:", "--lock=x", "--permits=1/999999999", "true"),
                misuse("holdAtLeast", "run", "--url=memory:", "--lock=x", "--shared", "--hold-at-least=1m", "true"),
                misuse("holdAtLeast: must be", "run", "--url=memory:", "--lock=x", "--hold-at-least=8d", "true"),
                misuse("between 0 and 255", "run", "--lock", "x", "--conflict-exit", "256", "true"),
                misuse("'--conflict-exit'", "run", "--lock", "x", "--conflict-exit", "none", "true"),
                misuse("should be specified only once", "run", "--lock", "x", "--lock", "y", "true"),
                misuse("no backend serves 'etcd:'", "run", "--url", "etcd://x", "--lock", "x", "true"),
                misuse("--url: has no scheme", "run", "--url", "localhost", "--lock", "x", "true"),
                misuse("the configuration no.such cannot be read", "run", "--config", "no.such", "--lock", "x", "true"),
                // show
                misuse("Missing required parameter: 'NAME'", "show", "--url", "memory:"),
                misuse("Unmatched argument", "show", "--url", "memory:", "x", "y"),
                misuse("must not be blank", "show", "--url", "memory:", ""),
                misuse("which service?", "show", "x"),
                // list
                misuse("Unmatched argument", "list", "a", "b"),
                misuse("--limit: must be between 1 and 10000", "list", "--limit", "0", "--url", "memory:"),
                misuse("which service?", "list"),
                // release
                misuse("Missing required", "release", "x"),
                misuse("'--reason=TEXT'", "release", "x", "--token", "1"),
                misuse("a token is at least 1", "release", "x", "--token", "0", "--reason", "stuck"),
                misuse("'--token'", "release", "x", "--token", "x;7", "--reason", "stuck"),
                misuse("--reason: 1 to 1000", "release", "x", "--token", "1", "--reason", ""),
                // ping and guarantees
                misuse("which service?", "ping"),
                misuse("Unmatched argument", "ping", "memory:"),
                misuse("which service?", "guarantees"),
                misuse("Unknown option: '--frob'", "guarantees", "--frob"));
    }

    private static Arguments misuse(String said, String... args) {
        return arguments(List.of(args), said);
    }

    @ParameterizedTest
    @MethodSource("misuses")
    void misuse_isToldInOneLine_andByItsExitCode(List<String> args, String said) {
        Answer answer = answer(args.toArray(String[]::new));

        assertThat(answer.exitCode()).isEqualTo(64);
        assertThat(answer.err()).startsWith("pawl: ").contains(said);
        assertThat(answer.err().lines()).hasSize(1);
        assertThat(answer.out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "show", "list", "release", "ping", "guarantees"})
    void everyCommand_saysWhatItIsFor(String command) {
        Answer answer = answer(command, "--help");

        assertThat(answer.exitCode()).isZero();
        assertThat(answer.out()).startsWith("Usage: pawl " + command);
        assertThat(answer.err()).isEmpty();
    }

    @Test
    void password_isNotRepeated() {
        Answer answer = answer("ping", "redis://me:sesame@localhost:6379", "--url", "memory:");

        assertThat(answer.exitCode()).isEqualTo(64);
        assertThat(answer.err()).contains("***@localhost").doesNotContain("sesame");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ping", "guarantees", "show x", "list", "release x --token 1 --reason y", "run --lock x true"})
    void serviceThatCannotBeReached_isToldInOneLine_andByItsExitCode(String command) {
        List<String> args = Stream.concat(
                        Stream.of(command.split(" ", -1)).limit(1),
                        Stream.concat(
                                Stream.of("--url", "redis://127.0.0.1:1"),
                                Arrays.stream(command.split(" ", -1)).skip(1)))
                .toList();

        Answer answer = answer(args.toArray(String[]::new));

        assertThat(answer.exitCode()).isEqualTo(69);
        assertThat(answer.err()).contains("127.0.0.1:1").contains("Connection refused");
        assertThat(answer.err().lines()).hasSize(1);
    }

    @Test
    void commandThatIsNotThere_isNotWaitedFor() {
        Answer missing = answer("run", "--url", "redis://127.0.0.1:1", "--lock", "x", "no-such-command");
        Answer noProgram = answer("run", "--url", "redis://127.0.0.1:1", "--lock", "x", "/etc/passwd");

        assertThat(missing.exitCode()).isEqualTo(127);
        assertThat(missing.err()).isEqualTo("pawl: 'no-such-command': no such command\n");
        assertThat(noProgram.exitCode()).isEqualTo(126);
        assertThat(noProgram.err()).isEqualTo("pawl: '/etc/passwd' cannot be executed\n");
    }
}
