package dev.pawl.lock.tests.planted.internal;

public final class Engine {

    private Engine() {}

    /** Not synchronized, whatever this comment says. */
    public static String run() {
        return "synchronized"; // synchronized (this) is only a remark
    }
}
