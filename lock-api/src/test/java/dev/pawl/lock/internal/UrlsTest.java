package dev.pawl.lock.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "memory:",
                "memory:orders",
                "redis://localhost:6379",
                "rediss://u:p@h1:6379,h2:6379?cluster=true",
                "redlock://h1,h2,h3",
                "zookeeper://[::1]:2181,[::2]:2181/chroot",
                "jdbc:mysql:loadbalance://h1,h2/db",
                "jdbc:h2:mem:x;INIT=RUNSCRIPT FROM 'a.sql'"
            })
    void oneUrlWithAScheme_isAccepted(String url) {
        assertThatCode(() -> Urls.check(url)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "'', is blank",
        "' ', is blank",
        "'redis://u:hunter2@h ', white space",
        "'redis://u:hunter2@h,redis://h2', two URLs",
        "'redis://u:hunter2@h jdbc:postgresql://h2/db', two URLs",
        "'redis://h;zookeeper://h2', two URLs",
        "'//u:hunter2@h', no scheme",
        "'hunter2@h', no scheme"
    })
    void whatIsNotOneUrlWithAScheme_isRefused_withoutItsCredentials(String url, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Urls.check(url))
                .withMessageContaining(why)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter2"));
    }

    @Test
    void scheme_isLowerCase() {
        assertThat(Urls.scheme("Redis-Sentinel://h")).isEqualTo("redis-sentinel");
    }

    @ParameterizedTest
    @CsvSource({
        "redis://localhost:6379/0, redis://localhost:6379/0",
        "redis://u:hunter2@h:6379, redis://***@h:6379",
        "redis://:hunter2@h, redis://***@h",
        "redis://u:hun@ter2/hunter2?#@h, redis://***@h",
        "jdbc:postgresql://h/db?user=app&password=hunter2&x=1, jdbc:postgresql://h/db?user=***",
        "jdbc:postgresql://h/db?ssl=true&PASSWORD=hunter2;hunter2, jdbc:postgresql://h/db?ssl=true&PASSWORD=***",
        "jdbc:h2:mem:x;MODE=MySQL;PASSWORD=hunter2, jdbc:h2:mem:x;MODE=MySQL;PASSWORD=***",
        "jdbc:postgresql://h/db?user=a@b&password=hunter2, jdbc:postgresql://***@b&password=***",
        "jdbc:oracle:thin:scott/hunter2@//h/db, jdbc:***@//h/db",
        "redis://h?ssl-token=hunter2, redis://h?ssl-token=***"
    })
    void redacted_hidesCredentials_andKeepsWhatHelps(String url, String shown) {
        assertThat(Urls.redact(url)).isEqualTo(shown).doesNotContain("hunter2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis://u:p@h",
                "redis://:p@h",
                "redis://:p/a@h",
                "jdbc:postgresql://h/db?user=app",
                "jdbc:postgresql://h/db?ssl=true&password=p",
                "jdbc:h2:mem:x;USER=sa"
            })
    void credentialsInAUrl_areSeen(String url) {
        assertThat(Urls.hasCredentials(url)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis://h", "jdbc:postgresql://h/db?ApplicationName=user@home", "memory:"})
    void urlWithoutCredentials_isSeenAsSuch(String url) {
        assertThat(Urls.hasCredentials(url)).isFalse();
    }
}
