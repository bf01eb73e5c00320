package dev.pawl.lock.tests.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** No JVM leaves servers behind, not even one that had no time to stop them. */
@Timeout(60)
class ServersEndWithTheJvmTest {

    /** What runs in the other JVM. */
    static final class Starter {

        private Starter() {}

        public static void main(String[] arguments) throws IOException {
            System.out.println(RedisServers.single().url());
            System.in.read();
        }
    }

    @Test
    void killingTheJvm_endsItsServers() throws IOException {
        Process jvm = start();
        try (BufferedReader output = jvm.inputReader()) {
            int port = output.lines()
                    .filter(line -> line.startsWith("redis://"))
                    .map(line -> URI.create(line).getPort())
                    .findFirst()
                    .orElseThrow();
            assertThat(isOpen(port)).isTrue();
            jvm.destroyForcibly();
            await().atMost(Duration.ofSeconds(20)).until(() -> !isOpen(port));
        } finally {
            jvm.destroyForcibly();
        }
    }

    private static Process start() throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("pawl."))
                .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Starter.class.getName()));
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
