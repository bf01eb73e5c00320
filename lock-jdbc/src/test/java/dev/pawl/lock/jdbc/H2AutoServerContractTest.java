package dev.pawl.lock.jdbc;

import dev.pawl.lock.testkit.BackendFixture;
import dev.pawl.lock.testkit.ContractOf;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testkit.LeavesTo;
import dev.pawl.lock.testkit.LockContract;
import dev.pawl.lock.testkit.Part;
import dev.pawl.lock.testservers.H2Server;

/** H2 in lease mode, over a file that its processes share (mixed mode). */
@ContractOf("jdbc")
@Full
@LeavesTo(
        value = H2ContractTest.class,
        part = Part.ENGINE,
        because = "only the servers differ: the backend reaches them by the same code")
@LeavesTo(
        value = H2ContractTest.class,
        part = Part.BACKEND,
        because = "only the servers differ: the backend reaches them by the same code")
final class H2AutoServerContractTest extends LockContract {

    @Override
    protected BackendFixture startService() {
        H2Server server = H2Server.shared();
        return new H2Fixture(server, server.autoServerUrl());
    }
}
