package dev.pawl.lock.internal;

import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;

/** A grant as the client sees it, with what the service knows of its fate. */
final class SimulatedGrant implements Grant {

    private final SimulatedContender winner;
    private final Grant inner;
    private final SimulationDefect defect;
    private int tokensTaken;

    /** The service ended the hold before its time, so the client cannot know yet. */
    boolean revoked;

    /** Another owner had the lock after this one. */
    boolean superseded;

    /** A lease on this grant reached a caller. */
    boolean delivered;

    SimulatedGrant(SimulatedContender winner, Grant inner, SimulationDefect defect) {
        this.winner = winner;
        this.inner = inner;
        this.defect = defect;
    }

    SimulatedContender winner() {
        return winner;
    }

    Grant inner() {
        return inner;
    }

    @Override
    public Contest contest() {
        return winner.contest();
    }

    @Override
    public long firstToken() {
        boolean repeated =
                defect == SimulationDefect.HAND_OFF_REPEATS_THE_TOKEN && DefectiveTime.calledBy("HandOff.currentToken");
        return repeated ? inner.firstToken() - tokensTaken++ : inner.firstToken();
    }

    @Override
    public int tokens() {
        return defect == SimulationDefect.BLOCK_IS_OVERDRAWN ? inner.tokens() + 10 : inner.tokens();
    }
}
