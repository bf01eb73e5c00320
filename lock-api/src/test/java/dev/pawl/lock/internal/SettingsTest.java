package dev.pawl.lock.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.LockConfigException;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {

    @ParameterizedTest
    @CsvSource({
        "PAWL_URL, redis://u:hunter2@h, redis://***@h",
        "PAWL_PASSWORD, hunter2, ***",
        "PAWL_USERNAME, hunter2, ***"
    })
    void refusedValue_isShownWithoutWhatIsSecret(String variable, String value, String shown) {
        Settings settings = ConfigReader.read(null, Map.of(variable, value), new Properties());
        String key = variable.toLowerCase(Locale.ROOT).replace('_', '.');

        assertThatThrownBy(() -> settings.with(key, text -> {
                    throw new IllegalArgumentException("refused");
                }))
                .isInstanceOf(LockConfigException.class)
                .hasMessageStartingWith(key + " (environment variable " + variable + "): ")
                .hasMessageContaining(shown)
                .hasMessageNotContaining("hunter2");
    }

    @ParameterizedTest
    @CsvSource({"pawl.lease-time, PAWL_LEASE_TIME", "pawl.jdbc.create-table, PAWL_JDBC_CREATE_TABLE"})
    void variable_isTheKeyInUpperCase_withUnderscores(String key, String variable) {
        assertThat(ConfigReader.variable(key)).isEqualTo(variable);
    }
}
