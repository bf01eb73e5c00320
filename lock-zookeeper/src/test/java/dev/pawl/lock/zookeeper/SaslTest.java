package dev.pawl.lock.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.spi.BackendSettings;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.testkit.Player;
import java.util.Map;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.AppConfigurationEntry.LoginModuleControlFlag;
import javax.security.auth.login.Configuration;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.server.auth.DigestLoginModule;
import org.apache.zookeeper.server.auth.ProviderRegistry;
import org.apache.zookeeper.server.auth.SASLAuthenticationProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that lets nobody in without SASL (DIGEST-MD5). What it is told is told to the whole JVM, and taken back. */
@Timeout(180)
class SaslTest {

    private static final String PROVIDER = "zookeeper.authProvider.sasl";
    private static final String REQUIRED = "zookeeper.sessionRequireClientSASLAuth";

    /** Without this the client leaves DIGEST-MD5 out, as a user's would. */
    private static final String FIPS = "zookeeper.fips-mode";

    private static TestServer server;

    /** As the sections of a JAAS configuration file. */
    private static final class Sections extends Configuration {

        private static final Map<String, Map<String, String>> SECTIONS = Map.of(
                "Server", Map.of("user_alice", "wonderland"),
                "Alice", Map.of("username", "alice", "password", "wonderland"),
                "Mallory", Map.of("username", "alice", "password", "looking-glass"));

        @Override
        public AppConfigurationEntry @Nullable [] getAppConfigurationEntry(String name) {
            Map<String, String> options = SECTIONS.get(name);
            return options == null
                    ? null
                    : new AppConfigurationEntry[] {
                        new AppConfigurationEntry(
                                DigestLoginModule.class.getName(), LoginModuleControlFlag.REQUIRED, options)
                    };
        }
    }

    @BeforeAll
    static void startServer() {
        Configuration.setConfiguration(new Sections());
        System.setProperty(PROVIDER, SASLAuthenticationProvider.class.getName());
        System.setProperty(REQUIRED, "true");
        System.setProperty(FIPS, "false");
        ProviderRegistry.addOrUpdateProvider(PROVIDER);
        server = TestServer.start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
        System.clearProperty(PROVIDER);
        System.clearProperty(REQUIRED);
        System.clearProperty(FIPS);
        Configuration.setConfiguration(null);
    }

    private static LockBackend connect(Map<String, String> properties) {
        return new ZooKeeperBackendProvider()
                .create(new BackendSettings(server.url() + "&timeout=1s", null, null, "pawl", properties));
    }

    private static LockBackendException refusal(Map<String, String> properties) {
        LockBackendException refusal = catchThrowableOfType(
                LockBackendException.class, () -> connect(properties).close());
        assertThat(refusal).isNotNull();
        return refusal;
    }

    @Test
    void user_isLetIn_andOwnsWhatItMakes() {
        try (LockBackend backend = connect(Map.of(ZooKeeperUrl.SASL_KEY, "Alice"))) {
            Player player = new Player(backend, "kept");
            var grant = player.wins();
            String node = "/pawl/kept/" + server.children("/pawl/kept").get(0);
            assertThat(server.server().getZKDatabase().getDataTree().getACL(server.node(node)))
                    .extracting(ACL::getId)
                    .containsExactly(new Id("sasl", "alice"));
            player.releases(grant);
            assertThat(server.children("/pawl/kept")).isEmpty();
        }
    }

    @Test
    void wrongPassword_isAFaultAtStartUp_thatSaysSo_andNoSecret() {
        LockBackendException refusal = refusal(Map.of(ZooKeeperUrl.SASL_KEY, "Mallory"));
        assertThat(refusal).hasMessageContaining("refused the credentials").hasMessageContaining("JAAS");
        assertThat(refusal.toString() + refusal.getCause()).doesNotContain("looking-glass");
    }

    /** The server closes the connection, mostly before it has said why. */
    @Test
    void noCredentials_areAFaultAtStartUp_thatNamesTheKey() {
        assertThat(refusal(Map.of())).hasMessageContaining("SASL").hasMessageContaining(ZooKeeperUrl.SASL_KEY);
    }

    @Test
    void digestMd5InFipsMode_isAFaultAtStartUp_thatNamesTheProperty() {
        System.setProperty(FIPS, "true");
        try {
            assertThat(refusal(Map.of(ZooKeeperUrl.SASL_KEY, "Alice"))).hasMessageContaining("zookeeper.fips-mode");
        } finally {
            System.setProperty(FIPS, "false");
        }
    }
}
