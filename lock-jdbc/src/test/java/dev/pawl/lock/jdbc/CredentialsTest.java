package dev.pawl.lock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfig;
import dev.pawl.lock.testservers.PostgresServer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Credentials of a URL that does not work appear in no exception, whatever its driver says. */
@Timeout(120)
final class CredentialsTest {

    /** In capitals, which stand in no random name. */
    private static final String SECRET = "S3CRET";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresql://127.0.0.1:99999/db?user=u&password=S3CRET",
                "jdbc:postgresql://u:S3CRET@127.0.0.1:1/db",
                "jdbc:postgresql://127.0.0.1:1/db?user=u&password=S3CRET",
                "jdbc:postgresql://127.0.0.1:1/db?user=u&password=S3CRET%zz",
                "jdbc:postgresql://127.0.0.1:1/db?user=u&password=S3CRET&socketTimeout=abc",
                "jdbc:postgresql://127.0.0.1:1/db?user=u&password=S3CRET&sslmode=foo",
                "jdbc:mariadb://u:S3CRET@127.0.0.1:1/db",
                "jdbc:mariadb://127.0.0.1:abc/db?user=u&password=S3CRET",
                "jdbc:mariadb://127.0.0.1:1/db?user=u&password=S3CRET&connectTimeout=abc",
                "jdbc:mariadb:foo://127.0.0.1:1/db?user=u&password=S3CRET",
                "jdbc:mariadb:127.0.0.1/db?user=u&password=S3CRET",
                "jdbc:mariadb://address=(host=127.0.0.1)(port=1)(user=u)(password=S3CRET)/db",
                "jdbc:mysql://u:S3CRET@127.0.0.1:1/db",
                "jdbc:mysql://u:S3/CRET@127.0.0.1:1/db",
                "jdbc:mysql://127.0.0.1:abc/db?user=u&password=S3CRET",
                "jdbc:mysql://127.0.0.1:1/db?user=u&password=S3CRET%zz",
                "jdbc:mysql://127.0.0.1:1/db?user=u&password=S3CRET&connectTimeout=abc",
                "jdbc:mysql://127.0.0.1:1/db?password=S3CRET&=x;y=(",
                "jdbc:mysql://address=(host=127.0.0.1)(port=1)(user=u)(password=S3CRET)/db",
                "jdbc:mysql://(host=127.0.0.1,port=1,user=u,password=S3CRET)/db",
                "jdbc:h2:mem:a;PASSWORD=S3CRET;USER=sa;FOO=1",
                "jdbc:h2:mem:b;PASSWORD=S3CRET;USER=sa;FOO",
                "jdbc:h2:mem:c;USER=sa;PASSWORD=S3CRET;PASSWORD=other",
                "jdbc:h2:tcp://127.0.0.1:1/x;USER=sa;PASSWORD=S3CRET",
                "jdbc:h2:;PASSWORD=S3CRET",
                "jdbc:h2:relative;PASSWORD=S3CRET",
                "jdbc:h2:foo:bar;PASSWORD=S3CRET;USER=u",
                "jdbc:oracle:thin:u/S3CRET@127.0.0.1:1/db",
                "jdbc:unknown://u:S3CRET@127.0.0.1/db?password=S3CRET",
                "jdbc:S3CRET"
            })
    void urlThatDoesNotWork_isNotRepeatedWithItsCredentials(String url) {
        assertKept(catchThrowable(() -> LockClient.connect(url).close()));
    }

    @Test
    void urlThatTheServerRefuses_isNotRepeatedWithItsCredentials() {
        String server = PostgresServer.shared().jdbcUrl();
        for (String url : new String[] {
            server + "?user=pawl&password=S3CRET",
            server + "?user=pawl&password=S3CRET&socketTimeout=abc",
            server + "?user=pawl&password=S3CRET%zz",
            server + "?user=pawl&password=S3CRET&sslmode=foo",
            server.replace("//", "//pawl:S3CRET@")
        }) {
            assertKept(catchThrowable(() -> LockClient.connect(url).close()));
        }
    }

    @Test
    void passwordOfTheConfiguration_isNotRepeated() {
        LockConfig config = LockConfig.builder()
                .url(PostgresServer.shared().jdbcUrl() + "?options=S3CRET")
                .username("pawl")
                .password("S3CRET")
                .build();
        assertKept(catchThrowable(() -> LockClient.connect(config).close()));
    }

    @Test
    void passwordThatIsAWordOfTheDriver_hidesNoFault() {
        LockConfig nobodyListens = LockConfig.builder()
                .url("jdbc:postgresql://127.0.0.1:1/postgres")
                .username("postgres")
                .password("postgres")
                .build();
        assertThat(catchThrowable(() -> LockClient.connect(nobodyListens).close()))
                .isInstanceOf(LockBackendException.class)
                .hasMessageContaining("127.0.0.1:1 cannot be reached: Connection refused");

        assertThat(catchThrowable(() -> LockClient.connect("jdbc:h2:mem:a;IFEXISTS=TRUE;USER=sa;PASSWORD=a")
                        .close()))
                .isInstanceOf(LockBackendException.class)
                .hasMessageContaining("has no such database")
                .hasStackTraceContaining("Database \"mem:***\" not found");
    }

    @Test
    void serverWithoutTls_isNotTakenForOneWithTooManyConnections() {
        String url = PostgresServer.shared().url();
        String wantsTls = url + (url.contains("?") ? "&" : "?") + "sslmode=require";
        assertThat(catchThrowable(() -> LockClient.connect(wantsTls).close()))
                .isInstanceOf(LockBackendException.class)
                .hasMessageContaining("does not support SSL")
                .hasMessageNotContaining("too many connections");
    }

    private static void assertKept(Throwable failure) {
        assertThat(failure).as("a URL that does not work").isNotNull();
        Deque<Throwable> told = new ArrayDeque<>();
        told.add(failure);
        for (Throwable one = told.poll(); one != null; one = told.poll()) {
            String text = one.toString();
            assertThat(text.contains("S3") || text.toUpperCase(Locale.ROOT).contains(SECRET))
                    .as("credentials in: %s", text)
                    .isFalse();
            if (one instanceof LockBackendException backend) {
                assertThat(backend.node().orElse("")).doesNotContain("S3", "CRET");
            }
            if (one.getCause() != null) {
                told.add(one.getCause());
            }
            told.addAll(Arrays.asList(one.getSuppressed()));
        }
    }
}
