package dev.pawl.lock.spring.integration;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.leader.Leadership;
import org.springframework.integration.leader.Context;

/**
 * One office of this process, as Spring Integration's candidates and events have it. {@link #isLeader()} compares the monotonic clock with
 * the deadline of the office, so it is never a stale {@code true}. Safe for use by several threads.
 */
public final class PawlLeaderContext implements Context {

    private final String role;
    private final Leadership leadership;

    PawlLeaderContext(String role, Leadership leadership) {
        this.role = role;
        this.leadership = leadership;
    }

    /**
     * The term: larger than the term of every leader before. Give it to the resources that you write to.
     *
     * @return the same token for the whole office
     */
    public FencingToken token() {
        return leadership.token();
    }

    /**
     * Whether this process still leads. No I/O.
     *
     * @return false once this office has ended, and from then on
     */
    @Override
    public boolean isLeader() {
        return leadership.isValid();
    }

    /** Gives this office up; never a later one. Does not wait. The process stands again, behind the others that wait. */
    @Override
    public void yield() {
        leadership.resign();
    }

    @Override
    public String getRole() {
        return role;
    }

    @Override
    public String toString() {
        return "PawlLeaderContext{role=" + role + ", term=" + token().value() + ", isLeader=" + isLeader() + "}";
    }
}
