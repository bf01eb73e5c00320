package dev.pawl.lock.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What a reading of the children means for one of them, and how names become paths. */
class LineTest {

    @Test
    void order_isThatOfTheSequence_notOfTheNames() {
        Line line =
                Line.read(List.of("z.1-0000000003", "a.1-0000000009", "me.1-0000000007", "b.1-0000000005"), "me.1-", 7);
        assertThat(line).isEqualTo(new Line(List.of("me.1-0000000007"), 2, "b.1-0000000005", 3));
    }

    @Test
    void first_hasNoPredecessor() {
        Line line = Line.read(List.of("me.1-0000000007", "b.1-0000000008"), "me.1-", 7);
        assertThat(line).isEqualTo(new Line(List.of("me.1-0000000007"), 0, null, 1));
    }

    @Test
    void ownGhosts_areNobodysPredecessor() {
        Line line = Line.read(List.of("me.1-0000000004", "me.1-0000000007"), "me.1-", 7);
        assertThat(line.before()).isZero();
        assertThat(line.ours()).hasSize(2);
    }

    @Test
    void whatHasNoSequence_isBeforeAll() {
        Line line = Line.read(List.of("stray", "me.1-0000000000"), "me.1-", 0);
        assertThat(line.predecessor()).isEqualTo("stray");
        assertThat(line.before()).isEqualTo(1);
    }

    @Test
    void numbersLongerThanTenDigits_areRead() {
        assertThat(Line.sequenceOf("a-2147483647")).isEqualTo(Integer.MAX_VALUE);
        assertThat(Line.sequenceOf("_c_ab12-lock-0000000042")).isEqualTo(42);
        assertThat(Line.sequenceOf("a-123")).isEqualTo(Long.MIN_VALUE);
    }

    @Test
    void names_areEscapedWithoutCollisions() {
        assertThat(List.of("a/b", "a%2Fb", ".", "..", ".a", "é", "a b", "A-z_0.9").stream()
                        .map(LockPath::escape))
                .containsExactly("a%2Fb", "a%252Fb", "%2E", "%2E.", "%2Ea", "%C3%A9", "a%20b", "A-z_0.9");
    }
}
