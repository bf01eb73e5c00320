package dev.pawl.lock.tests.planted.redis;

/** Stands for the other backend's own. */
public interface Backend {}
