package dev.pawl.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FencingTokenTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "inventory/42",
                "a;b;c",
                "100%",
                "%41",
                "a+b c",
                " spaces around ",
                "line\nbreak\u0000nul",
                "\u043a\u043b\u044e\u0447 \u9375 \ud83d\udd11",
                "\ufffd",
                "a=b&c?d#e\"f'g"
            })
    void anyName_survivesTheTextForm(String name) {
        FencingToken token = new FencingToken(name, 42);

        assertThat(token.toString()).matches("[!-~]+");
        assertThat(FencingToken.parse(token.toString())).isEqualTo(token);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 1_790_000_000_000_000L, Long.MAX_VALUE})
    void anyValue_survivesTheTextForm(long value) {
        assertThat(FencingToken.parse("name;" + value)).isEqualTo(new FencingToken("name", value));
    }

    @ParameterizedTest
    @CsvSource({
        "name, ';' between name and value is missing, 4",
        "'', ';' between name and value is missing, 0",
        "';1', the name is blank, 0",
        "'%20+;1', the name is blank, 0",
        "'a%20b%zz;1', two hexadecimal digits, 5",
        "'a%4;1', two hexadecimal digits, 1",
        "'a%;1', two hexadecimal digits, 1",
        "'a b;1', not percent-encoded, 1",
        "'cl\u00e9;1', not percent-encoded, 2",
        "'a%FF;1', not UTF-8, 0",
        "'name;', between 1 and, 5",
        "'name;0', between 1 and, 5",
        "'name;-1', not a decimal number, 5",
        "'name;12x', not a decimal number, 7",
        "'name;1;2', not a decimal number, 6",
        "'name;1 ', not a decimal number, 6",
        "'name;9223372036854775808', between 1 and, 5"
    })
    void malformedText_isRefused_andTheMessageSaysWhere(String text, String what, int index) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FencingToken.parse(text))
                .withMessageStartingWith("text: ")
                .withMessageContaining(what)
                .withMessageContaining("at index " + index + " of \"" + text + "\"");
    }

    @Test
    void tokensOfOneLock_areOrderedByValue() {
        FencingToken older = new FencingToken("name", 9);
        FencingToken newer = new FencingToken("name", 10);

        assertThat(older).isLessThan(newer).isEqualByComparingTo(new FencingToken("name", 9));
    }

    @Test
    void tokensOfDifferentLocks_areNotCompared() {
        FencingToken one = new FencingToken("one", 1);
        FencingToken two = new FencingToken("two", 2);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> one.compareTo(two))
                .withMessageContaining("'one' and 'two'");
    }

    /** Its text would be that of another lock. */
    @Test
    void aNameThatNoLockHas_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new FencingToken("\ud800x", 7))
                .withMessageContaining("surrogate");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FencingToken.parse("x".repeat(1_025) + ";7"))
                .withMessageContaining("no lock has such a name");
    }

    @Test
    void blankNameAndValueBelowOne_areRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new FencingToken(" ", 1))
                .withMessageStartingWith("name: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new FencingToken("name", 0))
                .withMessageStartingWith("value: ")
                .withMessageContaining("but got 0");
    }

    @Test
    void aTokenOfAnotherLock_isRefusedWithBothNames() {
        FencingToken token = new FencingToken("inventory/42", 7);
        assertThat(token.requireLock("inventory/42")).isSameAs(token);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> token.requireLock("inventory/43"))
                .withMessageContainingAll("inventory/42", "inventory/43");
    }
}
