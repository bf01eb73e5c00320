package dev.pawl.lock.fencing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pawl.lock.fencing.internal.DatabaseKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FenceSqlTest {

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "1a", "a b", "a;b", "a.b.c", ".a", "a.", "a'b", "\"a\"", "a--", "tablé"})
    void aNameThatWouldNeedQuotes_isRefused(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JdbcFencingGuard.create(name))
                .withMessageContaining("'" + name + "'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RowFence.of("inventory", name, "fence"))
                .withMessageStartingWith("key ");
    }

    @Test
    void noStatementKeepsAComment_orAPlaceOfTheTable() {
        for (DatabaseKind kind : DatabaseKind.values()) {
            String ddl = JdbcFencingGuard.table(kind, "shop.fence").ddl();
            assertThat(ddl)
                    .startsWith("CREATE TABLE IF NOT EXISTS shop.fence (")
                    .doesNotContain("--", "{");
        }
        assertThat(PostgresFence.triggerOn("shop", "shop.stock", "")).doesNotContain("--", "{");
    }

    @Test
    void aKeyIsTheName_orAHashThatNoNameIs() {
        assertThat(FenceKeys.of("inventory/42", true)).isEqualTo("inventory/42");
        String hashed = FenceKeys.of("x".repeat(256), true);
        assertThat(hashed).startsWith("sha256:").hasSize(71);
        assertThat(FenceKeys.of(hashed, true)).startsWith("sha256:").isNotEqualTo(hashed);
        assertThat(FenceKeys.of("a\0", true)).startsWith("sha256:").isNotEqualTo(FenceKeys.of("a", true));
    }

    @Test
    void aKeyForADatabaseThatDoesNotStoreEveryCharacter_isAsciiOnly() {
        assertThat(FenceKeys.of("inventory/42", false)).isEqualTo("inventory/42");
        assertThat(FenceKeys.of("caf\u00e9", false)).matches("sha256:[0-9a-f]{64}");
    }

    @Test
    void aLiteral_endsNowhereButAtItsEnd() {
        assertThat(PostgresFence.literal("it's \\")).isEqualTo("E'it''s \\\\'");
    }
}
