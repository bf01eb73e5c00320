package dev.pawl.lock.tests.planted.fencing.internal;

public interface SharedSql {}
