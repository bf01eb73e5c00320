package dev.pawl.lock.spring;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.springframework.core.Ordered;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** What is held until the current transaction has ended, and must be held when it commits. */
final class HeldByTransaction implements TransactionSynchronization, Ordered {

    private final Set<Holding> holdings = new LinkedHashSet<>();

    private HeldByTransaction() {}

    /** Holds them for the transaction that is open on this thread, if there is one. */
    static void hold(Collection<Holding> holdings) {
        if (!TransactionSynchronizationManager.isActualTransactionActive()
                || !TransactionSynchronizationManager.isSynchronizationActive()) {
            return;
        }
        HeldByTransaction held =
                (HeldByTransaction) TransactionSynchronizationManager.getResource(HeldByTransaction.class);
        if (held == null) {
            held = new HeldByTransaction();
            TransactionSynchronizationManager.registerSynchronization(held);
            TransactionSynchronizationManager.bindResource(HeldByTransaction.class, held);
        }
        for (Holding holding : holdings) {
            if (held.holdings.add(holding)) {
                holding.enter();
            }
        }
    }

    /** The last to be asked before the commit: until then the transaction may do anything. */
    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    @Override
    public void suspend() {
        TransactionSynchronizationManager.unbindResource(HeldByTransaction.class);
    }

    @Override
    public void resume() {
        TransactionSynchronizationManager.bindResource(HeldByTransaction.class, this);
    }

    /** What throws here rolls back. */
    @Override
    public void beforeCommit(boolean readOnly) {
        holdings.forEach(holding -> holding.lease().ensureValid());
    }

    @Override
    public void afterCompletion(int status) {
        TransactionSynchronizationManager.unbindResourceIfPossible(HeldByTransaction.class);
        RuntimeException first = null;
        for (Holding holding : List.copyOf(holdings)) {
            if (status == STATUS_UNKNOWN) {
                holding.outcomeUnknown();
            }
            try {
                holding.leave();
            } catch (RuntimeException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
