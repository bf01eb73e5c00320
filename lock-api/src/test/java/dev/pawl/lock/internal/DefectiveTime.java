package dev.pawl.lock.internal;

import dev.pawl.lock.spi.Ticker;
import java.util.Set;
import java.util.stream.Collectors;

/** The clock and the timer that a client gets: sound, or with the defect that the simulation is to find. */
final class DefectiveTime {

    private DefectiveTime() {}

    static Ticker ticker(Ticker sound, Simulation world) {
        return switch (world.defect()) {
            case RENEWAL_COUNTED_FROM_ITS_REPLY ->
                () -> calledBy("Renewer.renew") ? sound.nanos() + 10 * SimulatedWeather.MILLI : sound.nanos();
            case GRANT_COUNTED_FROM_ITS_REPLY ->
                () -> calledBy("Candidacy.attempt") ? sound.nanos() + 10 * SimulatedWeather.MILLI : sound.nanos();
            case VALIDITY_NEVER_LAPSES -> {
                long frozen = sound.nanos();
                yield () -> calledBy("Hold.now") ? frozen : sound.nanos();
            }
            default -> sound;
        };
    }

    static Scheduler scheduler(Scheduler sound, Simulation world) {
        return switch (world.defect()) {
            case LOSS_IS_SILENT -> forgetting(sound, "Renewer.armForTheNext");
            case RESTS_FOR_EVER -> forgetting(sound, "Candidacy.rest");
            case FAILED_UNDO_IS_FORGOTTEN -> forgetting(sound, "Undoer.retryLater");
            default -> sound;
        };
    }

    private static Scheduler forgetting(Scheduler sound, String caller) {
        return (delay, task) -> calledBy(caller) ? () -> {} : sound.schedule(delay, task);
    }

    /** Whether this method of the engine is on the way here. */
    static boolean calledBy(String method) {
        Set<String> way = StackWalker.getInstance()
                .walk(frames -> frames.limit(12)
                        .map(frame -> frame.getClassName()
                                        .substring(frame.getClassName().lastIndexOf('.') + 1)
                                + "." + frame.getMethodName())
                        .collect(Collectors.toSet()));
        return way.contains(method);
    }
}
