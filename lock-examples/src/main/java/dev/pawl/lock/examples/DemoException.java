package dev.pawl.lock.examples;

/** Something that the user can put right. Its message is one line, and all that is shown. */
final class DemoException extends Exception {

    private static final long serialVersionUID = 1L;

    DemoException(String message) {
        super(message);
    }
}
