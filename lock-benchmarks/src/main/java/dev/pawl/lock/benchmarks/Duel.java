package dev.pawl.lock.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;

/**
 * Two ways to do the same, in turns of a fraction of a second: a neighbour on the machine slows both sides of a round, so that
 * the ratio of a round stays what it is while its rates do not.
 */
final class Duel {

    private final List<Slice> floors = new ArrayList<>();
    private final List<Slice> pawls = new ArrayList<>();

    private Duel() {}

    /** Each side gives one pair for each thread. */
    static Duel fight(SpeedOptions options, List<Pair> floor, List<Pair> pawl) throws InterruptedException {
        Duel duel = new Duel();
        for (int round = -options.warmUp(); round < options.rounds(); round++) {
            // Whoever comes second finds the caches and the clock of the processor as the first has left them.
            boolean floorFirst = (round & 1) == 0;
            Slice first = Slice.of(floorFirst ? floor : pawl, options.slice());
            Slice second = Slice.of(floorFirst ? pawl : floor, options.slice());
            if (round >= 0) {
                duel.floors.add(floorFirst ? first : second);
                duel.pawls.add(floorFirst ? second : first);
            }
        }
        return duel;
    }

    Spread ofFloor(ToDoubleFunction<Slice> figure) {
        return Spread.of(floors.stream().mapToDouble(figure));
    }

    Spread ofPawl(ToDoubleFunction<Slice> figure) {
        return Spread.of(pawls.stream().mapToDouble(figure));
    }

    /** Round by round, of the floor's slice and Pawl's. */
    Spread ratio(ToDoubleBiFunction<Slice, Slice> ratio) {
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < floors.size(); round++) {
            ratios.add(ratio.applyAsDouble(floors.get(round), pawls.get(round)));
        }
        return Spread.of(ratios.stream().mapToDouble(Double::doubleValue));
    }
}
