package dev.pawl.lock.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** What this process calls itself unless {@code pawl.holder} says it: the command that it runs is told, so it is settled here. */
final class Holder {

    private static final int LONGEST_HOST = 100;

    private Holder() {}

    /** Host and process id. */
    static String usual() {
        String host = host();
        return host.substring(0, Math.min(host.length(), LONGEST_HOST)) + "/"
                + ProcessHandle.current().pid();
    }

    /** Without a name server where that can be: it may not answer. */
    private static String host() {
        String host = Objects.requireNonNullElse(System.getenv("HOSTNAME"), "");
        try {
            if (!isName(host)) {
                Path file = Path.of("/etc/hostname");
                host = Files.isReadable(file)
                        ? Files.readString(file)
                        : InetAddress.getLocalHost().getHostName();
            }
        } catch (IOException e) {
            return "localhost";
        }
        return isName(host) ? host.strip() : "localhost";
    }

    private static boolean isName(String text) {
        return !text.isBlank() && text.strip().chars().noneMatch(Character::isISOControl);
    }
}
