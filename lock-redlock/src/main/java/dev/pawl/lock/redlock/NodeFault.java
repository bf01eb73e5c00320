package dev.pawl.lock.redlock;

import org.jspecify.annotations.Nullable;

/** A node gave no answer, or none that counts. Its message continues the node's name. */
final class NodeFault extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final boolean asked;

    private NodeFault(String outcome, boolean asked, @Nullable Throwable cause) {
        super(outcome, cause, false, false);
        this.asked = asked;
    }

    /** What was asked may have been done, or may be yet. */
    static NodeFault unanswered(String outcome, Throwable cause) {
        return new NodeFault(outcome, true, cause);
    }

    /** Nothing was sent, so there is nothing to undo. */
    static NodeFault notAsked(String outcome, @Nullable Throwable cause) {
        return new NodeFault(outcome, false, cause);
    }

    /** Whether this or what it wraps says that nothing was sent. */
    static boolean isNotAsked(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof NodeFault fault) {
                return !fault.asked;
            }
        }
        return false;
    }
}
