package dev.pawl.lock.chaos;

/** What can be done to clients, their networks and their service. */
public enum FaultKind {
    /** {@code kill -9} of a client, which holds and waits; another takes its place. */
    KILL_CLIENT(Lane.CLIENT),
    /** {@code SIGSTOP} of a client, for half a lease to three. */
    STOP_CLIENT(Lane.CLIENT),
    /** The same, at the worst moment: when a thread has seen its lease valid, and is about to write. */
    STOP_BEFORE_WRITE(Lane.CLIENT),
    /** The wall clock of a client jumps by two leases, or back. */
    STEP_CLOCK(Lane.CLIENT),
    /** Nothing passes between a client and the service; afterwards all that was sent arrives. */
    PARTITION(Lane.NETWORK),
    /** The same, of requests only. */
    HOLD_REQUESTS(Lane.NETWORK),
    /** The same, of replies only. */
    HOLD_REPLIES(Lane.NETWORK),
    /** Requests and replies of a client come late. */
    DELAY(Lane.NETWORK),
    /** All connections of a client are reset. */
    RESET(Lane.NETWORK),
    /** The service does what it is asked, and the connection breaks instead of the reply. */
    DROP_REPLY(Lane.NETWORK),
    /**
     * All open connections of a client fall silent, and stay so until the client gives them up; new ones pass. It lasts as long
     * as the client has patience, not as the schedule says.
     */
    SILENT_CONNECTION(Lane.NETWORK),
    /** {@code kill -9} of the servers, and a start with their data. */
    KILL_SERVER(Lane.SERVICE),
    /** {@code kill -9} of the servers, and a start without their data. */
    EMPTY_SERVER(Lane.SERVICE),
    /** {@code SIGSTOP} of the servers. */
    STOP_SERVER(Lane.SERVICE),
    /** {@code kill -9} of one server of several, the leader where there is one, and a start with its data. */
    KILL_ONE_SERVER(Lane.SERVICE),
    /** {@code SIGSTOP} of one server of several. */
    STOP_ONE_SERVER(Lane.SERVICE),
    /**
     * A server takes no more writes, as one that another was promoted over: connections that clients have to it, or make
     * to it meanwhile, may stay so until the clients give them up.
     */
    DEMOTE(Lane.SERVICE),
    /** {@code SIGSTOP} of a replica that has to confirm grants, while its master is well. */
    STOPPED_REPLICA(Lane.SERVICE),
    /** The connections by which waiters are woken are cut by the server. */
    CUT_WAKE_UPS(Lane.SERVICE),
    /** The server ends the sessions of all clients. */
    END_SESSIONS(Lane.SERVICE),
    /** The session of one client ends at the service, as if it had expired, while the client works on. */
    EXPIRE_SESSION(Lane.SERVICE),
    /** The server deletes what stands empty above the locks, as it would much later by itself. */
    REAP_PARENTS(Lane.SERVICE),
    /** An operator revokes locks from whoever holds them, one after the other. */
    REVOKE(Lane.SERVICE),
    /** An operator frees locks at once, whoever holds them, one after the other. */
    FORCE_RELEASE(Lane.SERVICE);

    /** Faults of one lane follow one another; those of different lanes overlap. */
    enum Lane {
        CLIENT,
        NETWORK,
        SERVICE
    }

    private final Lane lane;

    FaultKind(Lane lane) {
        this.lane = lane;
    }

    Lane lane() {
        return lane;
    }

    /** Whether only one of the clients is harmed. */
    boolean isOfOneClient() {
        return lane != Lane.SERVICE || this == EXPIRE_SESSION;
    }
}
