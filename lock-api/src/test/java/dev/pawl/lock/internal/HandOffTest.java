package dev.pawl.lock.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.LockOptions;
import dev.pawl.lock.spi.TokenBlock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The chain of leases, and the tokens that it asks for. */
class HandOffTest {

    private static final LockOptions OPTIONS =
            LockOptions.builder().handOff(64, Duration.ofMillis(100)).build();

    private final VirtualEngine client = new VirtualEngine(OPTIONS);

    private HandOff chain(int tokens) {
        LockQueue queue = new LockQueue("a", Claim.LOCK, client.engine);
        Candidacy contest = new Candidacy(queue, client.engine, OPTIONS);
        return new HandOff(new PlainGrant(contest, 0, tokens, OPTIONS.leaseTime()), OPTIONS, 0);
    }

    /** A service may have only so many, and end the hold with the last. */
    @Test
    void tokensThatWereGiven_areAllUsed_howeverOftenTheChainIsExtended() {
        HandOff chain = chain(65);
        List<Long> used = new ArrayList<>(List.of(chain.token()));
        long given = 65;
        while (chain.mayGoOn(0)) {
            chain.goOn();
            used.add(chain.token());
            long more = Math.min(chain.wanted(), 1_024 - given);
            if (chain.shouldAsk(0) && more > 0) {
                chain.asked();
                chain.extended(new TokenBlock(given, (int) more), 0);
                given += more;
            }
        }
        assertThat(used)
                .containsExactlyElementsOf(LongStream.range(0, 1_024).boxed().toList());
    }

    @Test
    void extendedChain_hasTokensForAllOfIt() {
        HandOff chain = chain(65);
        for (int i = 0; i < 40; i++) {
            chain.goOn();
        }
        chain.extended(new TokenBlock(1_000, chain.wanted()), 0);
        for (int i = 0; i < 64; i++) {
            assertThat(chain.mayGoOn(0)).isTrue();
            chain.goOn();
        }
        assertThat(chain.mayGoOn(0)).isFalse();
    }
}
