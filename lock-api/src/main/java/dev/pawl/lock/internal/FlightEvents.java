package dev.pawl.lock.internal;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** The events for Java Flight Recorder, at points that a {@link dev.pawl.lock.LockListener} is told of. */
final class FlightEvents {

    private FlightEvents() {}

    /** What every event says. */
    @Category("Pawl")
    @StackTrace(false)
    abstract static class Base extends Event {
        @Label("Lock")
        String lock = "";
    }

    @Name("dev.pawl.Acquire")
    @Label("Lock Acquired")
    static final class Acquire extends Base {
        @Label("Token")
        long token;

        @Label("Waited")
        @Timespan
        long waited;
    }

    @Name("dev.pawl.Hold")
    @Label("Lock Held")
    @Description("Committed when a lease is released by its holder")
    static final class Hold extends Base {
        @Label("Token")
        long token;

        @Label("Held")
        @Timespan
        long held;
    }

    @Name("dev.pawl.HandOff")
    @Label("Lock Handed Off")
    @Description("A released lock went to the next waiter of this process without the backend")
    static final class HandOff extends Base {
        @Label("Token")
        long token;
    }

    @Name("dev.pawl.LeaseLost")
    @Label("Lease Lost")
    static final class LeaseLost extends Base {
        @Label("Token")
        long token;

        @Label("Reason")
        String reason = "";

        @Label("Held")
        @Timespan
        long held;
    }

    @Name("dev.pawl.RenewalFailed")
    @Label("Renewal Failed")
    static final class RenewalFailed extends Base {
        @Label("Token")
        long token;

        @Label("Remaining")
        @Timespan
        long remaining;
    }

    @Name("dev.pawl.UndoFailed")
    @Label("Undo Failed")
    static final class UndoFailed extends Base {}
}
