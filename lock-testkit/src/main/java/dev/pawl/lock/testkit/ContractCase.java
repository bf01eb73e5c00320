package dev.pawl.lock.testkit;

/** A group of cases. Each is an interface whose default methods are the cases, named after the sentence they prove. */
public interface ContractCase {

    /**
     * What the running case works with.
     *
     * @return a bench of its own
     */
    Bench bench();
}
