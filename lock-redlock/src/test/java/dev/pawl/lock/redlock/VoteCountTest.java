package dev.pawl.lock.redlock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.redlock.VoteCount.Standing;
import dev.pawl.lock.spi.TokenBlock;
import java.util.List;
import org.junit.jupiter.api.Test;

class VoteCountTest {

    private static Vote granted(long token, long previous) {
        return new Vote.Granted(token, previous, 0);
    }

    private static Vote held(long holder, long left) {
        return new Vote.Held(holder, left, 0);
    }

    private static NodeFault silence() {
        return NodeFault.unanswered("no answer", new IllegalStateException());
    }

    /** Nulls are nodes that have not answered. */
    private static VoteCount ofFive(List<?> outcomes) {
        VoteCount votes = new VoteCount(5, 3);
        for (int i = 0; i < outcomes.size(); i++) {
            if (outcomes.get(i) instanceof Vote vote) {
                votes.voted(i, vote);
            } else if (outcomes.get(i) instanceof Throwable fault) {
                votes.failed(i, fault);
            }
        }
        return votes;
    }

    @Test
    void decisions_areMadeAsEarlyAsTheyCanBe() {
        Vote yes = granted(10, 9);
        Vote no = held(1, 50);
        assertThat(ofFive(List.of(yes, yes)).standing()).isEqualTo(Standing.OPEN);
        assertThat(ofFive(List.of(yes, yes, yes)).standing()).isEqualTo(Standing.WON);
        assertThat(ofFive(List.of(no, no, no)).standing()).isEqualTo(Standing.BEATEN);
        assertThat(ofFive(List.of(yes, yes, no)).standing()).isEqualTo(Standing.SPLIT);
        assertThat(ofFive(List.of(yes, yes, no, no)).standing()).isEqualTo(Standing.SPLIT);
        assertThat(ofFive(List.of(yes, yes, no, no, no)).standing()).isEqualTo(Standing.BEATEN);
    }

    @Test
    void contentionIsToldFromFault_byWhetherAMajorityHasAnswered() {
        Vote yes = granted(10, 9);
        Vote no = held(1, 50);
        assertThat(ofFive(List.of(silence(), silence(), silence())).standing()).isEqualTo(Standing.UNREACHABLE);
        assertThat(ofFive(List.of(yes, yes, silence(), silence(), silence())).standing())
                .isEqualTo(Standing.UNREACHABLE);
        assertThat(ofFive(List.of(no, no, silence(), silence())).standing()).isEqualTo(Standing.OPEN);
        assertThat(ofFive(List.of(yes, yes, silence(), silence(), no)).standing())
                .isEqualTo(Standing.BEATEN);
    }

    @Test
    void tokens_areAboveAllThatAnyOfTheMajorityKnew() {
        assertThat(ofFive(List.of(granted(100, 40), granted(100, 97), granted(100, 10)))
                        .block(65))
                .isEqualTo(new TokenBlock(98, 3));
        assertThat(ofFive(List.of(granted(100, 10), granted(100, 10), granted(120, 10)))
                        .block(65))
                .isEqualTo(new TokenBlock(56, 65));
    }

    @Test
    void aNodeThatKnewNothing_leavesOneToken() {
        assertThat(ofFive(List.of(granted(100, 10), granted(100, 0), granted(100, 10)))
                        .block(65))
                .isEqualTo(new TokenBlock(100, 1));
    }

    @Test
    void oneHolder_isToldFromADividedHouse() {
        assertThat(ofFive(List.of(held(1, 50), held(2, 50), held(1, 50), held(1, 50)))
                        .hasOneHolder())
                .isTrue();
        assertThat(ofFive(List.of(held(1, 50), held(2, 50), held(1, 50), held(2, 50)))
                        .hasOneHolder())
                .isFalse();
    }

    @Test
    void timeLeft_isThatOfTheLastLeaseInTheWay() {
        assertThat(ofFive(List.of(held(1, 30), held(1, 10), held(1, 20))).leftMillis())
                .isEqualTo(10);
        assertThat(ofFive(List.of(held(1, 30), held(1, 10), held(1, 20), held(1, 40), held(1, 50)))
                        .leftMillis())
                .isEqualTo(30);
    }
}
