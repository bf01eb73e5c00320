package dev.pawl.lock.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A session of 1,200 units that begins at -1,000,000 and asks from 0 on; an answer takes 10. */
class SessionLivenessTest {

    private static final long TIMEOUT = 1_200;

    private final SessionLiveness liveness = new SessionLiveness(-1_000_000);

    private void acknowledged(long sentAt) {
        liveness.acknowledged(sentAt, sentAt + 10, TIMEOUT);
    }

    @Test
    void firstAcknowledgement_provesTheHeartbeatsBeforeIt() {
        acknowledged(0);
        assertThat(liveness.provenAt()).isEqualTo(-800);
    }

    @Test
    void acknowledgement_provesWhatWasAnsweredAQuarterBeforeItWasSent() {
        acknowledged(0);
        acknowledged(309);
        assertThat(liveness.provenAt()).isEqualTo(309 - 800);
        acknowledged(310);
        assertThat(liveness.provenAt()).isZero();
    }

    /** Both were on their way for long, and may have come to the member together. */
    @Test
    void requestsWhoseAnswersCameTogether_proveNothingOfEachOther() {
        liveness.acknowledged(0, 500, TIMEOUT);
        liveness.acknowledged(400, 500, TIMEOUT);
        assertThat(liveness.provenAt()).isEqualTo(400 - 800);
        acknowledged(800);
        assertThat(liveness.provenAt()).isEqualTo(400);
    }

    @Test
    void readingOfAMember_isToldWithTheNextAcknowledgement() {
        liveness.answered(0, 10, TIMEOUT);
        assertThat(liveness.provenAt()).isLessThan(-800);
        acknowledged(400);
        assertThat(liveness.provenAt()).isZero();
    }

    @Test
    void thirdOfTheTimeoutBetweenTwo_leavesTwoThirds() {
        for (long at = 0; at <= 12_000; at += 400) {
            acknowledged(at);
        }
        assertThat(liveness.provenAt()).isEqualTo(11_600);
    }

    @Test
    void manyRequests_proveNearlyAsMuchAsIfAllWereRemembered() {
        for (long at = 0; at <= 12_000; at++) {
            acknowledged(at);
        }
        assertThat(liveness.provenAt()).isBetween(12_000 - 310 - TIMEOUT / 32, 12_000L - 310);
    }

    @Test
    void whatIsProven_staysProven() {
        liveness.proven(500);
        acknowledged(600);
        assertThat(liveness.provenAt()).isEqualTo(500);
    }
}
