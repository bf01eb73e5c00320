package dev.pawl.lock.examples.filelock;

import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.LockNames;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** What somebody who writes a backend gets wrong, and the case of the contract whose name says so. */
enum Mistake {
    A_HELD_LOCK_IS_GRANTED("aHundredThreadsOfFourClients_haveOneHolderAtATime") {
        @Override
        LockDirectory directory(Path path) {
            return new LockDirectory(path) {
                @Override
                Attempt attempt(Contest contest, int tokens) throws IOException {
                    Files.deleteIfExists(file(contest.name()));
                    return super.attempt(contest, tokens);
                }
            };
        }
    },

    A_RELEASE_ASKS_FOR_NO_OWNER("aReleaseAfterATakeOver_leavesTheLockToItsNewHolder") {
        @Override
        LockDirectory directory(Path path) {
            return new LockDirectory(path) {
                @Override
                ReleaseOutcome release(Contest contest) throws IOException {
                    boolean found = Files.deleteIfExists(file(contest.name()));
                    return found ? ReleaseOutcome.RELEASED : ReleaseOutcome.NOT_HELD;
                }
            };
        }
    },

    AN_UNDO_ASKS_FOR_NO_OWNER("aWaiterThatGivesUp_leavesTheLockToItsHolder") {
        @Override
        LockDirectory directory(Path path) {
            return new LockDirectory(path) {
                @Override
                void undo(Contest contest) throws IOException {
                    Files.deleteIfExists(file(contest.name()));
                }
            };
        }
    },

    AN_UNDO_IS_FORGOTTEN("aCancelBeforeTheReply_undoesTheGrant") {
        @Override
        LockDirectory directory(Path path) {
            return new LockDirectory(path) {
                @Override
                void undo(Contest contest) {}
            };
        }
    },

    AN_EXPIRY_IS_IGNORED("aHoldThatNobodyRenewsOrReleases_endsByItself") {
        @Override
        LockDirectory directory(Path path) {
            return new LockDirectory(path) {
                @Override
                boolean isOver(Hold hold) {
                    return false;
                }
            };
        }
    },

    A_RENEWAL_REVIVES_WHAT_IS_GONE("aHoldThatTheServiceDropped_isLost") {
        @Override
        LockDirectory directory(Path path) {
            return new LockDirectory(path) {
                @Override
                RenewalOutcome renew(Grant grant) throws IOException {
                    Contest contest = grant.contest();
                    keep(contest, new Hold(contest.owner(), grant.firstToken(), grant.tokens(), 0));
                    return RenewalOutcome.RENEWED;
                }
            };
        }
    },

    A_RENEWAL_ASKS_FOR_NO_OWNER("aHoldThatAnotherTookOver_isLost") {
        @Override
        LockDirectory directory(Path path) {
            return new LockDirectory(path) {
                @Override
                RenewalOutcome renew(Grant grant) throws IOException {
                    Hold hold = hold(grant.contest().name()).orElse(null);
                    if (hold == null) {
                        return RenewalOutcome.NOT_HELD;
                    }
                    keep(grant.contest(), hold);
                    return RenewalOutcome.RENEWED;
                }
            };
        }
    },

    A_RENEWAL_CHANGES_NOTHING("aRenewedLease_excludesOthersLongPastItsLeaseTime") {
        @Override
        LockDirectory directory(Path path) {
            return new LockDirectory(path) {
                @Override
                RenewalOutcome renew(Grant grant) {
                    return RenewalOutcome.RENEWED;
                }
            };
        }
    },

    A_TOKEN_IS_REPEATED("afterARelease_theNextTokenIsLarger") {
        @Override
        LockDirectory directory(Path path) {
            return new LockDirectory(path) {
                @Override
                long takeTokens(int count) {
                    return 1;
                }
            };
        }
    },

    TOKENS_ARE_FROM_A_CLOCK_THAT_GOES_BACK("afterAnExpiry_theNextTokenIsLarger") {
        @Override
        LockDirectory directory(Path path) {
            return new LockDirectory(path) {
                @Override
                long takeTokens(int count) {
                    return Long.MAX_VALUE / 2 - System.nanoTime() / 2;
                }
            };
        }
    },

    TOKENS_BEGIN_ANEW_WITH_THE_DATA("afterARestartOfTheServiceWithoutItsData_theNextTokenIsLarger") {
        @Override
        LockDirectory directory(Path path) {
            return new LockDirectory(path) {
                @Override
                long takeTokens(int count) throws IOException {
                    long first = tokensBefore() + 1;
                    tookTokens(first + count - 1);
                    return first;
                }
            };
        }
    },

    TWO_NAMES_ARE_ONE_KEY("namesOfEveryKind_areDifferentLocks") {
        @Override
        LockDirectory directory(Path path) {
            return new LockDirectory(path) {
                @Override
                Path file(String name) {
                    return path().resolve(LockNames.sha256(name.toLowerCase(Locale.ROOT)));
                }
            };
        }
    },

    AN_ATTEMPT_WAITS_FOR_THE_LOCK("tryAcquireOfALockHeldByAnotherClient_isEmptyAtOnce") {
        @Override
        FileBackend backend(Path locks) {
            return new FileBackend(directory(locks), Duration.ofSeconds(8));
        }

        @Override
        LockDirectory directory(Path path) {
            return new LockDirectory(path) {
                @Override
                Attempt attempt(Contest contest, int tokens) throws IOException {
                    Attempt answer = super.attempt(contest, tokens);
                    long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
                    while (answer instanceof Attempt.Busy && System.nanoTime() - end < 0) {
                        LockSupport.parkNanos(end - System.nanoTime());
                    }
                    return answer;
                }
            };
        }
    },

    A_WAKE_UP_IS_LOST("wakeUps_doNotComeByTheRetryCeiling") {
        @Override
        FileBackend backend(Path locks) {
            return new FileBackend(directory(locks), FileBackendProvider.IO_LIMIT) {
                @Override
                void wake(@Nullable Object file) {}
            };
        }
    },

    A_FAULT_OF_AN_ATTEMPT_IS_CALLED_BUSY("aDeadService_isAFaultInEveryForm") {
        @Override
        FileBackend backend(Path locks) {
            return new FileBackend(directory(locks), FileBackendProvider.IO_LIMIT) {
                @Override
                public Contender join(Contest contest) {
                    Contender contender = super.join(contest);
                    return new Contender() {
                        @Override
                        public CompletionStage<Attempt> attempt(boolean willWait, int tokens, Executor blocking) {
                            return contender
                                    .attempt(willWait, tokens, blocking)
                                    .exceptionally(fault -> Attempt.Busy.until(Duration.ofSeconds(1)));
                        }

                        @Override
                        public CompletionStage<Void> leave(Executor blocking) {
                            return contender.leave(blocking);
                        }
                    };
                }
            };
        }
    },

    A_FAULT_OF_A_RELEASE_IS_CALLED_SUCCESS("closeAtADeadService_returnsInTimeAndIsDoneInTheBackground") {
        @Override
        FileBackend backend(Path locks) {
            return new FileBackend(directory(locks), FileBackendProvider.IO_LIMIT) {
                @Override
                public CompletionStage<ReleaseOutcome> release(Grant grant, Executor blocking) {
                    return super.release(grant, blocking).exceptionally(fault -> ReleaseOutcome.RELEASED);
                }
            };
        }
    };

    private final String caughtBy;

    Mistake(String caughtBy) {
        this.caughtBy = caughtBy;
    }

    /** The case of the contract that must fail. */
    String caughtBy() {
        return caughtBy;
    }

    LockDirectory directory(Path path) {
        return new LockDirectory(path);
    }

    FileBackend backend(Path locks) {
        return new FileBackend(directory(locks), FileBackendProvider.IO_LIMIT);
    }
}
