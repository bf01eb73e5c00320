package dev.pawl.lock.testservers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.testservers.TcpProxy.Direction;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Against a server that greets, then answers each line with itself; and against a real one. */
@Timeout(180)
class TcpProxyTest {

    private static final int SHORT_MILLIS = 300;
    private static final Duration DELAY = Duration.ofMillis(200);

    private final EchoServer server = new EchoServer();
    private final TcpProxy proxy = TcpProxy.to(server.port());

    @AfterEach
    void close() throws Exception {
        proxy.close();
        server.close();
    }

    @Test
    void whatIsSent_isPassedOn_andCountedInRoundTrips() throws IOException {
        try (Client first = connect();
                Client second = connect()) {
            assertThat(proxy.connections()).isEqualTo(2);
            assertThat(proxy.roundTrips()).as("a greeting is none").isZero();
            for (int i = 1; i <= 50; i++) {
                assertThat(first.ask("a" + i)).isEqualTo("a" + i);
                assertThat(proxy.roundTrips()).isEqualTo(2L * i - 1);
                assertThat(second.ask("b" + i)).isEqualTo("b" + i);
                assertThat(proxy.roundTrips()).isEqualTo(2L * i);
            }
        }
        await().until(() -> proxy.connections() == 0);
    }

    @Test
    void greeting_isWhatTheServerSaidFirstOnItsLastConnection() throws IOException {
        assertThat(proxy.greeting()).isEmpty();
        try (Client client = connect()) {
            client.ask("not this");
            assertThat(new String(proxy.greeting(), StandardCharsets.UTF_8)).isEqualTo(EchoServer.GREETING + "\n");
        }
    }

    @Test
    void requestInPieces_isOneRoundTrip() throws IOException {
        try (Client client = connect()) {
            client.send("in ");
            await().until(() -> proxy.roundTrips() == 1);
            client.send("pieces\n");
            assertThat(client.hear()).isEqualTo("in pieces");
            assertThat(proxy.roundTrips()).isEqualTo(1);
        }
    }

    @Test
    void muchIsPassedOnWhole() throws IOException {
        String much = "0123456789".repeat(100_000);
        try (Client client = connect()) {
            assertThat(client.ask(much)).isEqualTo(much);
            assertThat(proxy.roundTrips()).isEqualTo(1);
        }
    }

    @Test
    void cut_resetsBothSides_andLetsNewConnectionsPass() throws IOException {
        try (Client client = connect()) {
            proxy.cut();
            assertThatThrownBy(() -> client.ask("too late")).isInstanceOf(IOException.class);
            await().until(() -> server.ends.contains("reset"));
        }
        try (Client client = connect()) {
            assertThat(client.ask("again")).isEqualTo("again");
        }
    }

    @Test
    void blackHole_isSilent_acceptsConnections_andDeliversInTheEnd() throws IOException {
        try (Client old = connect()) {
            proxy.blackHole();
            assertThat(old.isSilentAbout("first")).isTrue();
            try (Client young = new Client()) {
                assertThat(young.isSilent()).isTrue();
                assertThat(server.heard).isEmpty();
                assertThat(server.accepted()).isEqualTo(1);
                proxy.pass();
                assertThat(old.hear()).isEqualTo("first");
                assertThat(young.hear()).isEqualTo(EchoServer.GREETING);
                assertThat(young.ask("second")).isEqualTo("second");
            }
        }
    }

    @Test
    void blackHoleForReplies_letsRequestsThrough() throws IOException {
        try (Client client = connect()) {
            proxy.blackHole(Direction.TO_CLIENT);
            assertThat(client.isSilentAbout("done")).isTrue();
            await().until(() -> server.heard.contains("done"));
            proxy.pass();
            assertThat(client.hear()).isEqualTo("done");
        }
    }

    @Test
    void blackHole_hidesThatTheServerIsGone() throws IOException {
        try (Client client = connect()) {
            proxy.blackHole();
            server.resetAll();
            assertThat(client.isSilent()).isTrue();
            proxy.pass();
            assertThatThrownBy(client::hear).isInstanceOf(IOException.class);
        }
    }

    @Test
    void cut_endsABlackHolesConnections() throws IOException {
        try (Client client = connect()) {
            proxy.blackHole();
            client.send("never heard\n");
            proxy.cut();
            assertThatThrownBy(client::hear).isInstanceOf(IOException.class);
            await().until(() -> server.ends.size() == 1);
            assertThat(server.heard).isEmpty();
        }
    }

    @Test
    void delays_addUpOverARoundTrip_notOverItsPieces() throws IOException {
        String much = "0123456789".repeat(100_000);
        try (Client client = connect()) {
            proxy.delay(Direction.TO_SERVER, DELAY);
            proxy.delay(Direction.TO_CLIENT, DELAY.multipliedBy(2));
            long start = System.nanoTime();
            assertThat(client.ask(much)).isEqualTo(much);
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(DELAY.multipliedBy(3), DELAY.multipliedBy(20));
            proxy.pass();
            start = System.nanoTime();
            client.ask("at once");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(DELAY.multipliedBy(3));
        }
    }

    @Test
    void silentConnection_hearsNothingEverAgain_andNewOnesPass() throws IOException {
        try (Client old = connect()) {
            proxy.silence();
            assertThat(old.isSilentAbout("lost")).isTrue();
            server.resetAll();
            proxy.cut();
            proxy.pass();
            assertThat(old.isSilent())
                    .as("the server has ended it, and there were resets")
                    .isTrue();
            assertThat(server.heard).isEmpty();
            try (Client young = connect()) {
                assertThat(young.ask("heard")).isEqualTo("heard");
                assertThat(proxy.connections()).isEqualTo(2);
            }
        }
        await().until(() -> proxy.connections() == 0);
    }

    @Test
    void silentConnection_isResetAtTheServer_whenTheClientGivesItUp() throws IOException {
        try (Client client = connect()) {
            proxy.silence();
            assertThat(client.isSilent()).isTrue();
            assertThat(server.ends).isEmpty();
        }
        await().until(() -> server.ends.contains("reset"));
    }

    @Test
    void addressThatMoves_leadsNewConnectionsElsewhere_andLeavesOpenOnes() throws Exception {
        EchoServer other = new EchoServer();
        try (Client old = connect()) {
            proxy.leadTo(other.port());
            try (Client young = connect()) {
                young.ask("there");
                old.ask("here");
            }
            assertThat(other.heard).containsExactly("there");
            assertThat(server.heard).containsExactly("here");
        } finally {
            other.close();
        }
    }

    @Test
    void droppedReply_isLostAfterTheDeed_withItsConnectionAlone() throws IOException {
        try (Client unlucky = connect();
                Client other = connect()) {
            proxy.dropReply(2);
            assertThat(unlucky.ask("first")).isEqualTo("first");
            assertThatThrownBy(() -> unlucky.ask("second")).isInstanceOf(IOException.class);
            assertThat(server.heard).containsExactly("first", "second");
            assertThat(other.ask("third")).isEqualTo("third");
        }
        assertThatIllegalArgumentException().isThrownBy(() -> proxy.dropReply(0));
    }

    @Test
    void pass_sparesTheReplyThatWasToBeDropped() throws IOException {
        try (Client client = connect()) {
            proxy.dropReply(1);
            proxy.pass();
            assertThat(client.ask("spared")).isEqualTo("spared");
        }
    }

    @Test
    void deadServer_breaksTheConnection_andEitherEndCloses() throws Exception {
        try (Client client = connect()) {
            client.endOutput();
            assertThat(client.hear()).as("the server's own end").isNull();
        }
        await().until(() -> server.ends.contains("end"));
        server.close();
        assertThatThrownBy(this::connect).isInstanceOf(IOException.class);
    }

    @Test
    void through_namesTheProxyInTheServersPlace() {
        assertThat(proxy.through("jdbc:x://127.0.0.1:" + server.port() + "/y?password=secret"))
                .isEqualTo("jdbc:x://127.0.0.1:" + proxy.port() + "/y?password=secret");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> proxy.through("jdbc:x://127.0.0.1:1/y?password=secret"))
                .withMessageNotContaining("secret");
    }

    @Test
    void statementOfARealDatabase_isOneRoundTrip_andItsEffectOutlivesALostReply() throws SQLException {
        PostgresServer database = PostgresServer.shared();
        try (TcpProxy real = TcpProxy.to(database.port());
                Connection client = DriverManager.getConnection(real.through(database.url()))) {
            SqlServer.execute(client, "CREATE TABLE note (text VARCHAR(20))");
            for (int i = 0; i < 20; i++) {
                long before = real.roundTrips();
                SqlServer.execute(client, "INSERT INTO note VALUES ('a'); INSERT INTO note VALUES ('b')");
                assertThat(real.roundTrips() - before).isEqualTo(1);
            }
            real.dropReply(1);
            assertThatThrownBy(() -> SqlServer.execute(client, "INSERT INTO note VALUES ('unheard')"))
                    .isInstanceOf(SQLException.class);
            List<String> unheard =
                    database.ask(admin -> SqlServer.strings(admin, "SELECT text FROM note WHERE text = 'unheard'"));
            assertThat(unheard).hasSize(1);
        } finally {
            database.heal();
        }
    }

    private Client connect() throws IOException {
        Client client = new Client();
        assertThat(client.hear()).isEqualTo(EchoServer.GREETING);
        return client;
    }

    /** Speaks in lines through the proxy. */
    private final class Client implements AutoCloseable {

        private final Socket socket;
        private final BufferedReader in;

        Client() throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        }

        String ask(String line) throws IOException {
            send(line + "\n");
            return hear();
        }

        void send(String words) throws IOException {
            socket.getOutputStream().write(words.getBytes(StandardCharsets.UTF_8));
        }

        String hear() throws IOException {
            return in.readLine();
        }

        boolean isSilentAbout(String line) throws IOException {
            send(line + "\n");
            return isSilent();
        }

        boolean isSilent() throws IOException {
            socket.setSoTimeout(SHORT_MILLIS);
            try {
                in.read();
                return false;
            } catch (SocketTimeoutException e) {
                return true;
            } finally {
                socket.setSoTimeout(0);
            }
        }

        void endOutput() throws IOException {
            socket.shutdownOutput();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** A thread for each connection; records what it hears, and how each connection ends. */
    private static final class EchoServer {

        static final String GREETING = "hello";

        final List<String> heard = new CopyOnWriteArrayList<>();
        final List<String> ends = new CopyOnWriteArrayList<>();
        private final List<Socket> sockets = new CopyOnWriteArrayList<>();
        private final ServerSocket listener;
        private final Thread acceptor;

        EchoServer() {
            try {
                listener = new ServerSocket(FreePorts.take(1).get(0), 50, InetAddress.getLoopbackAddress());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            acceptor = ProxiedConnection.startThread("echo", () -> {
                try {
                    while (true) {
                        Socket socket = listener.accept();
                        sockets.add(socket);
                        ProxiedConnection.startThread("echo", () -> serve(socket));
                    }
                } catch (IOException closed) {
                    // The test is over.
                }
            });
        }

        private void serve(Socket socket) {
            try (socket) {
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
                say(socket, GREETING);
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    heard.add(line);
                    say(socket, line);
                }
                ends.add("end");
            } catch (IOException e) {
                ends.add("reset");
            }
        }

        private static void say(Socket socket, String line) throws IOException {
            socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        }

        int port() {
            return listener.getLocalPort();
        }

        int accepted() {
            return sockets.size();
        }

        void resetAll() throws IOException {
            for (Socket socket : sockets) {
                socket.setSoLinger(true, 0);
                socket.close();
            }
        }

        void close() throws Exception {
            listener.close();
            // Until it has ended it may accept one more.
            acceptor.join();
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }
}
