package dev.pawl.lock.tests.planted.spi;

import dev.pawl.lock.tests.planted.internal.Engine;

final class ReachesInside {

    private ReachesInside() {}

    static String run() {
        return Engine.run();
    }
}
