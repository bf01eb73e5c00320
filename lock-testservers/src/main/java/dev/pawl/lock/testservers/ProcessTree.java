package dev.pawl.lock.testservers;

/** Shell functions for a process and all below it: PostgreSQL is one process a connection, each in a process group of its own. */
final class ProcessTree {

    /**
     * {@code send SIGNAL PID} returns when the signal has been sent; for {@code KILL}, when the processes are gone. A process
     * is stopped before its children are looked for, so that it cannot make another meanwhile.
     */
    static final String FUNCTIONS = """
            processes() { # of this machine: id, state and parent
                if [ -d /proc/1 ]; then
                    cat /proc/[0-9]*/stat 2>/dev/null | sed 's/ (.*) / /'
                else
                    ps -A -o pid= -o stat= -o ppid=
                fi
            }
            children() { # PID...
                processes | awk -v pids=" $(echo $*) " 'index(pids, " " $3 " ") { print $1 }'
            }
            alive() { # PID...; nobody may have collected a dead one yet
                processes | awk -v pids=" $(echo $*) " 'index(pids, " " $1 " ") && $2 !~ /^Z/ { print $1 }'
            }
            send() { # SIGNAL PID
                all=$2
                generation=$2
                while [ -n "$generation" ]; do
                    [ "$1" = CONT ] || kill -STOP $generation
                    generation=$(children $generation)
                    all="$all $generation"
                done
                kill -"$1" $all
                while [ "$1" = KILL ] && [ -n "$(alive $all)" ]; do
                    sleep 0.01
                done
            }
            """;

    private ProcessTree() {}
}
