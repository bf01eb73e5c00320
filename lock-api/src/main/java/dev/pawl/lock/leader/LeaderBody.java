package dev.pawl.lock.leader;

/** What a leader does. */
@FunctionalInterface
public interface LeaderBody {

    /**
     * Leads. Runs on a thread of its own, which is interrupted when the office ends; if this body ends it, only after the stop timeout, or by
     * {@link LeaderElection#close()}. It may run as long as the office lasts; a return
     * before keeps the office.
     *
     * @param leadership this office
     * @throws Exception if it cannot lead: then it resigns, and stands again after a pause
     */
    void lead(Leadership leadership) throws Exception;
}
