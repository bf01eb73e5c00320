package dev.pawl.lock.testkit;

/** What a case is about, where it is not about the service. A case that says nothing of it is run against every service. */
public enum Part {
    /**
     * What the engine does with the answers of whichever backend. Such a case is proved where a backend answers at once, where it
     * answers later on another thread, and where its calls block.
     */
    ENGINE,

    /** What the backend's own code does, in whatever topology, and by whatever driver, it reaches its service. */
    BACKEND,

    /** How a backend makes of a name what its service stores, in whichever of its modes it locks. */
    KEYS
}
