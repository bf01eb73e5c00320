package dev.pawl.lock.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What a reading of the children means for one of them, and how names become paths. */
class QueueSnapshotTest {

    @Test
    void order_isThatOfTheSequence_notOfTheNames() {
        QueueSnapshot snapshot = QueueSnapshot.read(
                List.of("z.1-0000000003", "a.1-0000000009", "me.1-0000000007", "b.1-0000000005"), "me.1-", 7);
        assertThat(snapshot).isEqualTo(new QueueSnapshot(List.of("me.1-0000000007"), 2, "b.1-0000000005", 3));
    }

    @Test
    void first_hasNoPredecessor() {
        QueueSnapshot snapshot = QueueSnapshot.read(List.of("me.1-0000000007", "b.1-0000000008"), "me.1-", 7);
        assertThat(snapshot).isEqualTo(new QueueSnapshot(List.of("me.1-0000000007"), 0, null, 1));
    }

    @Test
    void ownGhosts_areNobodysPredecessor() {
        QueueSnapshot snapshot = QueueSnapshot.read(List.of("me.1-0000000004", "me.1-0000000007"), "me.1-", 7);
        assertThat(snapshot.before()).isZero();
        assertThat(snapshot.ours()).hasSize(2);
    }

    @Test
    void whatHasNoSequence_isBeforeAll() {
        QueueSnapshot snapshot = QueueSnapshot.read(List.of("stray", "me.1-0000000000"), "me.1-", 0);
        assertThat(snapshot.predecessor()).isEqualTo("stray");
        assertThat(snapshot.before()).isEqualTo(1);
    }

    @Test
    void numbersLongerThanTenDigits_areRead() {
        assertThat(QueueSnapshot.sequenceOf("a-2147483647")).isEqualTo(Integer.MAX_VALUE);
        assertThat(QueueSnapshot.sequenceOf("_c_ab12-lock-0000000042")).isEqualTo(42);
        assertThat(QueueSnapshot.sequenceOf("a-123")).isEqualTo(Long.MIN_VALUE);
    }

    @Test
    void names_areEscapedWithoutCollisions() {
        assertThat(List.of("a/b", "a%2Fb", ".", "..", ".a", "é", "a b", "A-z_0.9").stream()
                        .map(LockPath::segment))
                .containsExactly("a%2Fb", "a%252Fb", "%2E", "%2E.", "%2Ea", "%C3%A9", "a%20b", "A-z_0.9");
    }

    @Test
    void longNames_areHashedWithoutCollisions() {
        String longest = "x".repeat(100);
        assertThat(LockPath.segment(longest)).isEqualTo(longest);
        String hashed = LockPath.segment(longest + "x");
        assertThat(hashed).matches("#[0-9a-f]{64}");
        assertThat(LockPath.segment("x".repeat(102))).isNotEqualTo(hashed);
        assertThat(LockPath.segment(hashed)).isEqualTo("%23" + hashed.substring(1));
    }
}
