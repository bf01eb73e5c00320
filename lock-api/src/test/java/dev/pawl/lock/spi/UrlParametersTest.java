package dev.pawl.lock.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.LockConfigException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UrlParametersTest {

    private static final List<String> KNOWN = List.of("timeout", "sessionTimeout");

    @Test
    void names_areFoundInWhateverCase() {
        assertThat(UrlParameters.parse("TIMEOUT=3s;sessiontimeout", KNOWN))
                .isEqualTo(Map.of("timeout", "3s", "sessionTimeout", ""));
        assertThat(UrlParameters.parse(null, KNOWN)).isEmpty();
    }

    @Test
    void misspeltName_isRefusedWithTheNearest_andWithoutItsValue() {
        assertThatThrownBy(() -> UrlParameters.parse("sessionTimout=secret", KNOWN))
                .isInstanceOf(LockConfigException.class)
                .hasMessage("pawl.url: unknown parameter 'sessionTimout'; known are [timeout, sessionTimeout]"
                        + "; did you mean 'sessionTimeout'?");
        assertThatThrownBy(() -> UrlParameters.parse("colour=red", KNOWN))
                .hasMessageContaining("'colour'")
                .hasMessageNotContaining("did you mean");
    }
}
