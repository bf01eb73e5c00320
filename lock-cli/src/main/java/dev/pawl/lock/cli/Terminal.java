package dev.pawl.lock.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What the process wants to know of the terminal that it may have. */
final class Terminal {

    private static final Path OWN_STATE = Path.of("/proc/self/stat");

    /** Where {@code /proc/<pid>/stat} has process group and the terminal's foreground group, counted after the program's name. */
    private static final int GROUP = 2;

    private static final int FOREGROUND = 5;

    private Terminal() {}

    /** Whether the error stream is a terminal. Java tells that of all three streams together only. */
    static boolean hasErrors() {
        try {
            Process test = new ProcessBuilder("/bin/sh", "-c", "test -t 2")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            return test.waitFor(1, TimeUnit.SECONDS) && test.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Whether the process is of the group that has the terminal now, which every key of it that means a signal reaches. */
    static boolean isInForeground() {
        List<String> state = Files.isReadable(OWN_STATE) ? ofProc() : ofPs();
        return state.size() == 2 && state.get(0).equals(state.get(1));
    }

    private static List<String> ofProc() {
        try {
            String state = Files.readString(OWN_STATE, StandardCharsets.ISO_8859_1);
            List<String> fields = words(state.substring(state.lastIndexOf(')') + 1));
            return List.of(fields.get(GROUP), fields.get(FOREGROUND));
        } catch (IOException e) {
            return List.of();
        }
    }

    private static List<String> ofPs() {
        String pid = Long.toString(ProcessHandle.current().pid());
        try {
            Process ps = new ProcessBuilder("ps", "-o", "pgid=", "-o", "tpgid=", "-p", pid)
                    .redirectErrorStream(true)
                    .start();
            return words(new String(ps.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
        } catch (IOException e) {
            return List.of();
        }
    }

    private static List<String> words(String text) {
        return List.of(text.strip().split("\\s+"));
    }
}
