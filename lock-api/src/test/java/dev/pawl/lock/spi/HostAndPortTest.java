package dev.pawl.lock.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostAndPortTest {

    @ParameterizedTest
    @CsvSource({"db:1, db, 1", "my_redis:65535, my_redis, 65535", "[::1]:7001, [::1], 7001", "10.0.0.1:80, 10.0.0.1, 80"
    })
    void hostAndPort_areRead(String text, String host, int port) {
        assertThat(HostAndPort.parse(text)).isEqualTo(new HostAndPort(host, OptionalInt.of(port)));
    }

    @Test
    void portMayBeLeftOut() {
        assertThat(HostAndPort.parse("db").port()).isEmpty();
        assertThat(HostAndPort.parse("[fe80::1%eth0]").port()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "db:", "db:0", "db:65536", "db:x", "::1", "[::1", "a b:1", "db:1/x", ":1"})
    void whatIsNone_isRefused_andRepeated(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HostAndPort.parse(text))
                .withMessageContaining("'" + text + "' is no host and port");
    }
}
