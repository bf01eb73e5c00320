package dev.pawl.lock.testservers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pawl.lock.testkit.Full;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** No JVM leaves servers behind, not even one that had no time to stop them. */
@Full
@Timeout(180)
class ServersEndWithTheJvmTest {

    private static final String URL = "url ";
    private static final String READY = "ready";
    private static final Pattern PORT = Pattern.compile("127\\.0\\.0\\.1:(\\d+)");

    /** Each way that servers are run in. */
    enum Kind {
        REDIS,
        POSTGRES,
        MARIADB,
        H2;

        ServerFixture servers() {
            return switch (this) {
                case REDIS -> RedisServers.single();
                case POSTGRES -> PostgresServer.shared();
                case MARIADB -> MariaDbServer.shared();
                case H2 -> H2Server.shared();
            };
        }
    }

    /** What runs in the other JVM. */
    static final class Starter {

        private Starter() {}

        public static void main(String[] arguments) throws IOException {
            ServerFixture server = Kind.valueOf(arguments[0]).servers();
            System.out.println(URL + server.url());
            if (Boolean.parseBoolean(arguments[1])) {
                server.pause();
            }
            System.out.println(READY);
            System.in.read();
        }
    }

    @ParameterizedTest
    @EnumSource
    void killingTheJvm_endsItsServers(Kind server) throws IOException {
        killingTheJvm_endsItsServers(server, false);
    }

    @ParameterizedTest
    @EnumSource
    void killingTheJvm_endsItsPausedServers(Kind server) throws IOException {
        killingTheJvm_endsItsServers(server, true);
    }

    private static void killingTheJvm_endsItsServers(Kind server, boolean paused) throws IOException {
        assumeTrue(server != Kind.MARIADB || MariaDbServer.isAvailable(), "MariaDB is left out");
        Process jvm = start(server, paused);
        try (BufferedReader output = jvm.inputReader()) {
            int port = port(lineAfter(URL, output));
            lineAfter(READY, output);
            assertThat(isOpen(port)).isTrue();
            jvm.destroyForcibly();
            await().atMost(Duration.ofSeconds(20)).until(() -> !isOpen(port));
        } finally {
            jvm.destroyForcibly();
        }
    }

    private static String lineAfter(String word, BufferedReader output) throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith(word)) {
                return line.substring(word.length());
            }
        }
        throw new AssertionError("the other JVM ended without a line of '" + word + "'");
    }

    private static int port(String url) {
        Matcher matcher = PORT.matcher(url);
        if (!matcher.find()) {
            throw new AssertionError("no port in " + url);
        }
        return Integer.parseInt(matcher.group(1));
    }

    private static Process start(Kind server, boolean paused) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("pawl."))
                .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                Starter.class.getName(),
                server.name(),
                Boolean.toString(paused)));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static boolean isOpen(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
