package dev.pawl.lock.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentsTest {

    @Test
    void nothingGiven_isTheEmbeddedDefault() throws DemoException {
        Arguments arguments = Arguments.parse();

        assertThat(arguments).isEqualTo(new Arguments(Embedded.url(), 4, 2_000, false));
        assertThat(arguments.isEmbedded()).isTrue();
        assertThat(arguments.isInProcess()).isFalse();
    }

    @Test
    void theDefaultUrl_isTheSameWhenItIsGiven() throws DemoException {
        assertThat(Arguments.parse("--url", Embedded.url())).isEqualTo(Arguments.parse());
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory:", "jdbc:h2:mem:shop"})
    void aServiceOfOneJvm_isForThreads(String url) throws DemoException {
        Arguments arguments = Arguments.parse("--url", url);

        assertThat(arguments.isInProcess()).isTrue();
        assertThat(arguments.isEmbedded()).isFalse();
    }

    @Test
    void values_comeAfterASpaceOrAnEqualsSign() throws DemoException {
        Arguments arguments = Arguments.parse("--url=redis://h:1/2?a=b", "--workers", "64", "--items=100000");

        assertThat(arguments).isEqualTo(new Arguments("redis://h:1/2?a=b", 64, 100_000, false));
        assertThat(arguments.isInProcess()).isFalse();
        assertThat(arguments.isEmbedded()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h"})
    void help_winsOverEverythingElse(String option) throws DemoException {
        assertThat(Arguments.parse("--workers", "3", option, "--nonsense").help())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--workers", "--items"})
    void numbers_haveARange(String option) {
        for (String wrong : new String[] {"0", "-1", "", "1.5", "x", "100001", "99999999999"}) {
            assertThatThrownBy(() -> Arguments.parse(option, wrong))
                    .isInstanceOf(DemoException.class)
                    .hasMessageContaining(option)
                    .hasMessageContaining("from 1 to")
                    .hasMessageContaining("'" + wrong + "'");
        }
    }

    @Test
    void unknownAndRepeatedAndIncompleteOptions_areRefused() {
        assertThatThrownBy(() -> Arguments.parse("--wokers", "3")).hasMessageContaining("unknown option '--wokers'");
        assertThatThrownBy(() -> Arguments.parse("--wokers=3")).hasMessageContaining("unknown option '--wokers'");
        assertThatThrownBy(() -> Arguments.parse("--items", "3", "--items", "4"))
                .hasMessageContaining("--items is given twice");
        assertThatThrownBy(() -> Arguments.parse("--url")).hasMessageContaining("--url needs a value");
        assertThatThrownBy(() -> Arguments.parse("--url", " ")).hasMessageContaining("--url needs a URL");
        assertThatThrownBy(() -> Arguments.parse("--url", "memory:\nredis://h"))
                .hasMessageContaining("--url needs a URL");
    }

    @ParameterizedTest
    @CsvSource({
        "redis://user:sesame@host:1/0,redis://***@host:1/0",
        "redis://:se@s/ame@host,redis://***@host",
        "jdbc:x://db/app?user=me&password=sesame&a=b,jdbc:x://db/app?user=***&password=***&a=b",
        "jdbc:x://db/app?sslPassword=sesame&password1=open&a=b,jdbc:x://db/app?sslPassword=***&password1=***&a=b",
        "jdbc:h2:file:/a/b;USER=me;PASSWORD=sesame;A=B,jdbc:h2:file:/a/b;USER=***;PASSWORD=***;A=B",
        "redis://host:1/0,redis://host:1/0"
    })
    void credentials_areMasked(String text, String masked) {
        assertThat(Secrets.mask(text)).isEqualTo(masked);
    }
}
