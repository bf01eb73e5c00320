package dev.pawl.lock.tests.planted.jdbc.internal;

import dev.pawl.lock.tests.planted.jdbc.Caller;

public interface KnowsItsCaller {

    Caller caller();
}
