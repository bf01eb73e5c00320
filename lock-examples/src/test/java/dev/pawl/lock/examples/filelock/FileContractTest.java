package dev.pawl.lock.examples.filelock;

import dev.pawl.lock.testkit.BackendFixture;
import dev.pawl.lock.testkit.ContractOf;
import dev.pawl.lock.testkit.LockContract;

@ContractOf("file")
final class FileContractTest extends LockContract {

    @Override
    protected BackendFixture startService() {
        return new FileFixture();
    }
}
