package dev.pawl.lock.tests.planted.jdbc;

import dev.pawl.lock.tests.planted.jdbc.internal.KnowsItsCaller;

public interface Caller {

    KnowsItsCaller callee();
}
