package dev.pawl.lock.spring;

/** What becomes of a call whose lock another has. */
public enum OnBusy {
    /** It waits: for {@link Locked#waitFor}, and without that for as long as it takes. */
    WAIT,
    /** It makes one attempt, or waits for {@link Locked#waitFor}, and throws {@link dev.pawl.lock.LockTimeoutException}. */
    FAIL,
    /**
     * It makes one attempt, or waits for {@link Locked#waitFor}, and returns without having run the method: nothing, an empty {@link
     * java.util.Optional}, or what {@link Locked#otherwise} says.
     */
    SKIP
}
