package dev.pawl.lock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.testservers.RedisServers;
import dev.pawl.lock.testservers.SingleRedis;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two processes, or more, over one Redis: who runs, who waits, and what becomes of a command whose lock is lost. */
class SharedLockTest extends Pawls {

    private final SingleRedis redis = RedisServers.single();

    @BeforeEach
    void healServer() {
        redis.heal();
    }

    /** {@code pawl run} with options that are separated by blanks, over a shell script. */
    private Run run(String options, String script) throws Exception {
        List<String> args = new ArrayList<>(List.of("run", "--lock", "nightly"));
        args.addAll(Stream.of(options.split(" ", -1))
                .filter(word -> !word.isEmpty())
                .toList());
        args.addAll(List.of("--", "/bin/sh", "-c", script));
        return pawl(Map.of("PAWL_URL", redis.url()), args.toArray(String[]::new));
    }

    private Answer ask(String... args) {
        return answer(
                Stream.concat(Stream.of(args), Stream.of("--url", redis.url())).toArray(String[]::new));
    }

    private static String untilGo(String then) {
        return "echo $$ >ready; while [ ! -f go ]; do sleep 0.1; done; " + then;
    }

    private void go() throws Exception {
        Files.writeString(here.resolve("go"), "");
    }

    @Test
    void ofTwo_oneRuns_andTheOtherIsToldApart() throws Exception {
        Run first = run("", untilGo("exit 3"));
        awaitWord("ready");

        Run second = run("--no-wait", "touch ran");
        Run third = run("--wait 300ms --conflict-exit 9", "touch ran");
        Run fourth = run("--no-wait --conflict-exit 0", "touch ran");

        assertThat(second.exitCode()).isEqualTo(75);
        assertThat(second.err())
                .matches("pawl: not run: somebody else has the lock 'nightly'; held by \\S+/\\d+ since \\d+m?s\n");
        assertThat(third.exitCode()).isEqualTo(9);
        assertThat(third.err()).contains("for all of 300ms").hasLineCount(1);
        assertThat(fourth.exitCode()).isZero();
        assertThat(fourth.err()).isEmpty();
        assertThat(here.resolve("ran")).doesNotExist();
        go();
        assertThat(first.exitCode()).isEqualTo(3);
    }

    private static String runs(String number) {
        return "echo $$ >ready" + number + "; while [ ! -f go ]; do sleep 0.1; done";
    }

    @Test
    void permits_letSoManyRunAtATime() throws Exception {
        Run first = run("--permits 1/3", runs("1"));
        Run second = run("--permits 1/3", runs("2"));
        awaitWord("ready1");
        awaitWord("ready2");

        Run greedy = run("--permits 2/3 --no-wait", "touch ran");
        Run third = run("--permits 1/3 --no-wait", "exit 4");

        assertThat(greedy.exitCode()).isEqualTo(75);
        assertThat(greedy.err()).isEqualTo("pawl: not run: somebody else has 2 of 3 permits of 'nightly'\n");
        assertThat(here.resolve("ran")).doesNotExist();
        assertThat(third.exitCode()).isEqualTo(4);
        go();
        assertThat(List.of(first.exitCode(), second.exitCode())).containsOnly(0);
        assertThat(run("--permits 3/3 --no-wait", "exit 5").exitCode()).isEqualTo(5);
    }

    @Test
    void sharedCommands_runTogether_andAnExclusiveOneAlone() throws Exception {
        Run first = run("--shared", runs("1"));
        Run second = run("--shared", runs("2"));
        awaitWord("ready1");
        awaitWord("ready2");

        Run refused = run("--exclusive --no-wait", "touch ran");
        Run waiting = run("--exclusive --wait 60s", "touch alone; while [ ! -f enough ]; do sleep 0.1; done");

        assertThat(refused.exitCode()).isEqualTo(75);
        assertThat(refused.err()).contains("somebody else has the write lock 'nightly'");
        assertThat(here.resolve("ran")).doesNotExist();
        assertThat(here.resolve("alone")).doesNotExist();
        go();
        assertThat(List.of(first.exitCode(), second.exitCode())).containsOnly(0);
        Awaitility.await().atMost(LONG).until(() -> Files.exists(here.resolve("alone")));
        assertThat(run("--shared --no-wait", "true").exitCode()).isEqualTo(75);
        Files.writeString(here.resolve("enough"), "");
        assertThat(waiting.exitCode()).isZero();
    }

    @Test
    void whoWaits_runsAfterIt_withALargerToken() throws Exception {
        Run first = run("", "echo $PAWL_TOKEN >first; " + untilGo("rm held"));
        awaitWord("ready");
        Files.writeString(here.resolve("held"), "");
        Run second = run("--wait 60s", "[ ! -f held ] && echo $PAWL_TOKEN");
        awaitWaiting(1);

        go();

        assertThat(first.exitCode()).isZero();
        assertThat(second.exitCode()).isZero();
        assertThat(Long.parseLong(second.out().strip())).isGreaterThan(Long.parseLong(word("first")));
        assertThat(second.err()).as("no terminal is there to read it").isEmpty();
    }

    private void awaitWaiting(int clients) {
        try (LockClient client = LockClient.connect(redis.url())) {
            Awaitility.await()
                    .atMost(LONG)
                    .until(() -> client.inspect("nightly")
                            .map(LockInfo::waiting)
                            .filter(n -> n.orElse(0) == clients)
                            .isPresent());
        }
    }

    @Test
    void signalToOneThatWaits_endsTheWait_andLeavesNothingBehind() throws Exception {
        try (LockClient client = LockClient.connect(redis.url());
                Lease lease = client.lock("nightly").acquire()) {
            Run waiting = run("", "touch ran");
            awaitWaiting(1);

            waiting.signal("INT");

            assertThat(waiting.exitCode()).isEqualTo(128 + 2);
            assertThat(waiting.err()).isEmpty();
            awaitWaiting(0);
            assertThat(lease.isValid()).isTrue();
        }
        assertThat(here.resolve("ran")).doesNotExist();
    }

    @Test
    void service_thatIsAwayForLessThanTheLease_costsTheCommandNothing() throws Exception {
        Run run = run("--lease 60s", untilGo("exit 3"));
        awaitWord("ready");

        redis.kill();
        redis.restart(true);
        go();

        assertThat(run.exitCode()).isEqualTo(3);
    }

    @Test
    void command_thatEndsWhileTheServiceIsAway_keepsItsExitCode() throws Exception {
        Run run = run("--lease 60s", untilGo("exit 3"));
        awaitWord("ready");

        redis.kill();
        go();

        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.err())
                .contains("did not confirm that 'nightly' is given back")
                .hasLineCount(1);
    }

    @Test
    void service_thatDiesForGood_endsTheCommand_whenTheLeaseIsOver() throws Exception {
        Run run = run("--lease 5s", "trap 'echo term >term; exit 0' TERM; " + untilGo(""));
        awaitWord("ready");

        redis.kill();

        assertThat(run.exitCode()).isEqualTo(76);
        assertThat(word("term")).isEqualTo("term");
        assertThat(run.err()).contains("the lock 'nightly' is lost after").contains("did not answer");
        assertThat(run.err().lines().filter(line -> line.startsWith("pawl:"))).hasSize(1);
    }

    @Test
    void lostLock_endsTheCommandAndWhatItHasStarted_ifNeedBeByForce() throws Exception {
        Run run = run(
                "--lease 3s --grace 500ms",
                "trap '' TERM; sh -c 'trap \"\" TERM; echo $$ >deaf; while :; do sleep 0.1; done' & sleep 1000 & echo $! >tame;"
                        + " echo $$ >ready; while :; do sleep 0.1; done");
        long deaf = awaitPid("deaf");
        long tame = awaitPid("tame");
        long command = awaitPid("ready");

        redis.kill();

        assertThat(run.exitCode()).isEqualTo(76);
        awaitEnd(command);
        awaitEnd(deaf);
        awaitEnd(tame);
    }

    @Test
    void command_thatEndsWellThoughItsLockWasGone_isNoSuccess() throws Exception {
        Run run = run("--lease 60s", untilGo("exit 0"));
        awaitWord("ready");

        redis.onMasterOf("nightly", commands -> commands.flushall());
        go();

        assertThat(run.exitCode()).isEqualTo(76);
        assertThat(run.err())
                .contains("another may have run beside it")
                .contains("exit code 0")
                .hasLineCount(1);
    }

    @Test
    void killed_itLeavesTheLockToItsLease_andTheCommandToItself() throws Exception {
        Run killed = run("--lease 6s", untilGo("echo on >on"));
        long command = awaitPid("ready");

        try (LockClient client = LockClient.connect(redis.url())) {
            killed.kill();
            assertThat(client.inspect("nightly")).isPresent();
            Awaitility.await()
                    .atMost(LONG)
                    .until(() -> client.inspect("nightly").isEmpty());
        }

        assertThat(run("--no-wait", "true").exitCode()).isZero();
        assertThat(ProcessHandle.of(command)).isPresent();
        go();
        assertThat(awaitWord("on")).isEqualTo("on");
    }

    @Test
    void show_saysWhoHasIt_andReleaseTakesItAway() throws Exception {
        Run run = run(
                "--lease 10s",
                "trap 'echo term >term; exit 5' TERM; echo $PAWL_TOKEN $PAWL_HOLDER >told; " + untilGo(""));
        awaitWord("ready");
        String[] told = word("told").split(" ", -1);

        Answer shown = ask("show", "nightly");
        assertThat(shown.exitCode()).isZero();
        assertThat(shown.out())
                .containsPattern("token +" + told[0] + "\n")
                .containsPattern("holder +" + told[1] + "\n")
                .containsPattern("waiting +0\n");
        assertThat(ask("show", "nightly", "--json").out())
                .contains("\"held\":true", "\"token\":\"" + told[0] + "\"", "\"holder\":\"" + told[1] + "\"");

        Answer missed = ask("release", "nightly", "--token", "1", "--reason", "too early");
        assertThat(missed.exitCode()).isEqualTo(75);
        assertThat(missed.err()).contains("nothing happened", "held by " + told[1], "with token " + told[0]);
        assertThat(run.isRunning()).isTrue();

        Answer taken = ask("release", "nightly", "--token", told[0], "--reason", "stuck");
        assertThat(taken.exitCode()).isZero();
        assertThat(taken.out()).contains("taken away from " + told[1]);
        assertThat(run.exitCode()).isEqualTo(76);
        assertThat(word("term")).isEqualTo("term");
        assertThat(run.err()).contains("it was taken away");
        assertThat(ask("show", "nightly").out()).isEqualTo("'nightly' is free\n");
    }

    @Test
    void list_saysWhichLocksAreHeld_oneBelowTheOther() throws Exception {
        assertThat(ask("list").out()).isEqualTo("no lock is held\n");
        assertThat(ask("list", "--json").out()).isEqualTo("[]\n");
        try (LockClient client = LockClient.connect(redis.url())) {
            Lease one = client.lock("backup/a").acquire();
            Lease other = client.lock("backup/a much longer \u001b[2J name").acquire();
            client.lock("report").acquire();

            Answer table = ask("list", "backup/");

            assertThat(table.exitCode()).isZero();
            assertThat(table.err()).isEmpty();
            List<String> lines = table.out().lines().toList();
            assertThat(lines).hasSize(3);
            assertThat(lines.get(0)).matches("NAME +TOKEN +HOLDER +SINCE +WAITING");
            assertThat(lines.get(1)).startsWith("backup/a ");
            assertThat(lines.get(2)).startsWith("backup/a much longer \\u001b[2J name  ");
            int column = lines.get(0).indexOf("TOKEN");
            assertThat(lines.get(1).substring(column)).startsWith(one.token().value() + " ");
            assertThat(lines.get(2).substring(column)).startsWith(other.token().value() + " ");
            assertThat(ask("list", "--json").out())
                    .contains("\"name\":\"report\"")
                    .startsWith("[{")
                    .hasLineCount(1);
            assertThat(ask("list", "--limit", "1").err())
                    .contains("there may be more than these 1")
                    .hasLineCount(1);
        }
    }

    @Test
    void releaseNow_freesItAtOnce_andSaysWhatThatRisks() throws Exception {
        try (LockClient client = LockClient.connect(redis.url())) {
            Lease lease = client.lock("nightly").acquire();
            String token = Long.toString(lease.token().value());

            Answer freed = ask("release", "nightly", "--token", token, "--reason", "stuck", "--now");

            assertThat(freed.exitCode()).isZero();
            assertThat(freed.out()).contains("two may have it");
            assertThat(run("--no-wait", "true").exitCode()).isZero();
            assertThat(ask("release", "nightly", "--token", token, "--reason", "again", "--now", "--json")
                            .out())
                    .contains("\"released\":false", "\"held\":false");
        }
    }

    @Test
    void ping_failsAtAServerThatDoesNotWrite() {
        assertThat(ask("ping").out()).startsWith(redis.url() + " answers and would write");
        redis.demote();
        try {
            Answer answer = ask("ping");
            assertThat(answer.exitCode()).isEqualTo(69);
            assertThat(answer.err()).hasLineCount(1);
        } finally {
            redis.promote();
        }
    }
}
