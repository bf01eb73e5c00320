package dev.pawl.lock.redlock;

import org.jspecify.annotations.Nullable;

/** A node gave no answer, or none that counts. Its message continues the node's name. */
final class NodeFault extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final boolean asked;
    private final boolean mayAct;

    private NodeFault(String outcome, boolean asked, boolean mayAct, @Nullable Throwable cause) {
        super(outcome, cause, false, false);
        this.asked = asked;
        this.mayAct = mayAct;
    }

    /** What was asked may have been done, or may be yet. */
    static NodeFault unanswered(String outcome, Throwable cause) {
        return new NodeFault(outcome, true, true, cause);
    }

    /** The node has answered, if with a refusal: part of it may have been done, but nothing that it was asked before is open. */
    static NodeFault refused(String outcome, Throwable cause) {
        return new NodeFault(outcome, true, false, cause);
    }

    /** Nothing was sent, so there is nothing to undo. */
    static NodeFault notAsked(String outcome, @Nullable Throwable cause) {
        return new NodeFault(outcome, false, false, cause);
    }

    /** Nothing was sent either, since what was asked before has not been answered, and may be done whenever the node goes on. */
    static NodeFault silent(String outcome) {
        return new NodeFault(outcome, false, true, null);
    }

    /** Whether this or what it wraps says that nothing was sent. */
    static boolean isNotAsked(Throwable failure) {
        NodeFault fault = in(failure);
        return fault != null && !fault.asked;
    }

    /** Whether the node may do something yet that it was asked before. */
    static boolean mayAct(Throwable failure) {
        NodeFault fault = in(failure);
        return fault == null || fault.mayAct;
    }

    private static @Nullable NodeFault in(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof NodeFault fault) {
                return fault;
            }
        }
        return null;
    }
}
