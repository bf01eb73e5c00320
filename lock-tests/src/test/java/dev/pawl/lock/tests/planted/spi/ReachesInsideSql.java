package dev.pawl.lock.tests.planted.spi;

import dev.pawl.lock.tests.planted.fencing.internal.SharedSql;
import dev.pawl.lock.tests.planted.jdbc.internal.KnowsItsCaller;

interface ReachesInsideSql {

    KnowsItsCaller inside();

    SharedSql shared();
}
