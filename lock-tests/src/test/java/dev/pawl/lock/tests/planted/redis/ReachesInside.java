package dev.pawl.lock.tests.planted.redis;

import dev.pawl.lock.tests.planted.internal.Engine;

final class ReachesInside {

    private ReachesInside() {}

    static String run() {
        return Engine.run();
    }
}
