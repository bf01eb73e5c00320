package dev.pawl.lock.spring.integration;

import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.leader.LeaderElection;
import dev.pawl.lock.leader.Leadership;
import dev.pawl.lock.leader.LeadershipEnd;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.ApplicationEventPublisherAware;
import org.springframework.context.SmartLifecycle;
import org.springframework.integration.leader.Candidate;
import org.springframework.integration.leader.Context;
import org.springframework.integration.leader.DefaultCandidate;
import org.springframework.integration.leader.event.DefaultLeaderEventPublisher;
import org.springframework.integration.leader.event.LeaderEventPublisher;

/**
 * A {@link LeaderElection} that tells Spring Integration's events, in place of its {@code LockRegistryLeaderInitiator}. The role of the
 * candidate is the name of the lock.
 *
 * <p>What it does better: the service tells when the office is free, so nobody polls; an office that is lost interrupts {@link
 * Candidate#onGranted}, and ends it at once; {@link PawlLeaderContext} has a fencing token; and {@link #stop()} returns when the
 * candidate has been told and the lock is released.
 *
 * <p>For each office, on one thread: {@code onGranted}, {@code OnGrantedEvent}, {@code onRevoked}, {@code OnRevokedEvent}. The next office
 * of this process begins after these. Safe for use by several threads, once its properties are set.
 */
public final class PawlLeaderInitiator implements SmartLifecycle, DisposableBean, ApplicationEventPublisherAware {

    private static final Logger LOG = LoggerFactory.getLogger(PawlLeaderInitiator.class);

    /** That of Spring Integration's own. */
    private static final int PHASE = Integer.MAX_VALUE - 1000;

    private final LockClient locks;
    private final Candidate candidate;
    private final Context context = new CurrentContext();
    private final ReentrantLock guard = new ReentrantLock();

    private @Nullable ApplicationEventPublisher applicationEvents;
    private @Nullable LeaderEventPublisher events;
    private Duration stopTimeout = Duration.ofSeconds(10);
    private boolean failedEventsPublished;
    private boolean autoStartup = true;
    private int phase = PHASE;

    private volatile @Nullable LeaderElection election;

    /** From the beginning of {@code onGranted} to that of {@code onRevoked}. */
    private volatile @Nullable PawlLeaderContext office;

    /** The thread on which a candidate or a listener of events is told something. */
    private volatile @Nullable Thread telling;

    /**
     * An initiator for a candidate that logs, and the role {@code leader}.
     *
     * @param locks whose lock to stand for
     */
    public PawlLeaderInitiator(LockClient locks) {
        this(locks, new DefaultCandidate());
    }

    /**
     * An initiator.
     *
     * @param locks whose lock to stand for; closing it ends the election
     * @param candidate is told when it leads and when it does not any more; its role is the name of the lock
     */
    public PawlLeaderInitiator(LockClient locks, Candidate candidate) {
        this.locks = Objects.requireNonNull(locks, "locks");
        this.candidate = Objects.requireNonNull(candidate, "candidate");
    }

    /**
     * Sets where the events go, in place of the application context.
     *
     * @param publisher told on the thread of the office
     */
    public void setLeaderEventPublisher(LeaderEventPublisher publisher) {
        this.events = Objects.requireNonNull(publisher, "publisher");
    }

    @Override
    public void setApplicationEventPublisher(ApplicationEventPublisher publisher) {
        this.applicationEvents = publisher;
    }

    /**
     * Sets whether {@code OnFailedToAcquireMutexEvent} is published: when this process is not elected because another leads, once for
     * each term of another. The service is asked every two seconds, so it needs {@link dev.pawl.lock.Capability#INSPECT}.
     *
     * @param published false by default
     */
    public void setPublishFailedEvents(boolean published) {
        this.failedEventsPublished = published;
    }

    /**
     * Sets how long an office that ends waits for {@code onGranted} to return.
     *
     * @param timeout as {@link LeaderElection.Builder#stopTimeout}; 10 s by default
     */
    public void setStopTimeout(Duration timeout) {
        this.stopTimeout = Objects.requireNonNull(timeout, "timeout");
    }

    /**
     * Sets whether the election begins with the application.
     *
     * @param autoStartup true by default
     */
    public void setAutoStartup(boolean autoStartup) {
        this.autoStartup = autoStartup;
    }

    @Override
    public boolean isAutoStartup() {
        return autoStartup;
    }

    /**
     * Sets the phase of the life cycle.
     *
     * @param phase {@code Integer.MAX_VALUE - 1000} by default: a process resigns before its web server stops
     */
    public void setPhase(int phase) {
        this.phase = phase;
    }

    @Override
    public int getPhase() {
        return phase;
    }

    /**
     * Who leads, as far as this process is concerned. You may keep it: it speaks of the office that this process has at the moment.
     *
     * @return the same object every time
     */
    public Context getContext() {
        return context;
    }

    @Override
    public boolean isRunning() {
        return election != null;
    }

    /** Stands for the office. */
    @Override
    public void start() {
        guard.lock();
        try {
            if (election != null) {
                return;
            }
            LeaderElection.Builder builder = LeaderElection.builder(locks, candidate.getRole())
                    .onElected(this::granted)
                    .onRevoked(this::revoked)
                    .stopTimeout(stopTimeout);
            if (failedEventsPublished) {
                builder.onLeaderChanged(this::changed);
            }
            election = builder.start();
        } finally {
            guard.unlock();
        }
    }

    /**
     * Ends the candidacy, and the office if this process leads: then the candidate is told first. Waits for both, for at most the stop
     * timeout and five seconds more; a candidate or a listener that calls it does not wait for itself.
     */
    @Override
    public void stop() {
        LeaderElection ending;
        guard.lock();
        try {
            ending = election;
            election = null;
        } finally {
            guard.unlock();
        }
        if (ending == null) {
            return;
        }
        if (Thread.currentThread() == telling) {
            // To close it here would silence what is still to be told.
            Thread closer = new Thread(ending::close, "pawl-leader-" + ending.name() + "-stop");
            closer.setDaemon(true);
            closer.start();
        } else {
            ending.close();
        }
    }

    @Override
    public void destroy() {
        stop();
    }

    private void granted(Leadership leadership) throws InterruptedException {
        PawlLeaderContext mine = new PawlLeaderContext(candidate.getRole(), leadership);
        office = mine;
        telling = Thread.currentThread();
        try {
            candidate.onGranted(mine);
            publish("OnGrantedEvent", publisher -> publisher.publishOnGranted(this, mine, mine.getRole()));
        } finally {
            telling = null;
        }
    }

    /** An office that ended before anybody was told of it has nobody to tell. */
    private void revoked(LeadershipEnd why) {
        PawlLeaderContext mine = office;
        if (mine == null) {
            return;
        }
        office = null;
        telling = Thread.currentThread();
        try {
            candidate.onRevoked(mine);
        } finally {
            publish("OnRevokedEvent", publisher -> publisher.publishOnRevoked(this, mine, mine.getRole()));
            telling = null;
        }
    }

    private void changed(Optional<LockInfo> leader) {
        LeaderElection mine = election;
        if (leader.isPresent() && (mine == null || !mine.isLeader())) {
            publish(
                    "OnFailedToAcquireMutexEvent",
                    publisher -> publisher.publishOnFailedToAcquire(this, context, candidate.getRole()));
        }
    }

    @FunctionalInterface
    private interface Told {
        void to(LeaderEventPublisher publisher);
    }

    /** What a listener throws is not the leader's failure. */
    private void publish(String event, Told told) {
        LeaderEventPublisher publisher = events;
        if (publisher == null && applicationEvents != null) {
            publisher = new DefaultLeaderEventPublisher(applicationEvents);
        }
        if (publisher == null) {
            return;
        }
        try {
            told.to(publisher);
        } catch (RuntimeException e) {
            LOG.warn("election '{}': a listener of {} threw an exception", candidate.getRole(), event, e);
        }
    }

    /** The office that this process has at the moment. */
    private final class CurrentContext implements Context {

        @Override
        public boolean isLeader() {
            PawlLeaderContext mine = office;
            return mine != null && mine.isLeader();
        }

        @Override
        public void yield() {
            PawlLeaderContext mine = office;
            if (mine != null) {
                mine.yield();
            }
        }

        @Override
        public String getRole() {
            return candidate.getRole();
        }

        @Override
        public String toString() {
            return "PawlLeaderInitiator.Context{role=" + getRole() + ", isLeader=" + isLeader() + "}";
        }
    }
}
