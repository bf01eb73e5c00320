package dev.pawl.lock.examples;

/** Entry point of {@code pawl-demo.jar}. */
public final class Demo {

    private Demo() {}

    /** Runs the demo. */
    public static void main(String[] args) {
        System.out.println("Pawl demo");
    }
}
