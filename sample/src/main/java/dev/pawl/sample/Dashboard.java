package dev.pawl.sample;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleBiFunction;

/** Draws what the meters have said, as a dashboard does: rates and means over two seconds, a line for each instance. */
final class Dashboard {

    private static final int WIDTH = 460;
    private static final int HEIGHT = 170;
    private static final int LEFT = 50;
    private static final int TOP = 34;
    private static final int GAP = 34;
    private static final int HEAD = 40;
    private static final double WINDOW = 2;

    private static final String ACQUIRED = "pawl_lock_acquire_seconds_count acquired";

    private static final String STYLE = """
            <style>
              text { font: 11px sans-serif; fill: #333 } .title { font-size: 13px; font-weight: bold } .head { font-size: 15px }
              .frame { fill: white; stroke: #ccc } .tick { stroke: #eee } .gone { fill: #e05252; fill-opacity: 0.12 }
              .i1 { stroke: #3b6ea5 } .i2 { stroke: #d98324 } .line { fill: none; stroke-width: 1.6 }
            </style>
            """;

    private record Panel(String title, String unit, ToDoubleBiFunction<Scrape, Scrape> value) {}

    private record Point(double seconds, double value) {}

    private static final List<Panel> PANELS = List.of(
            new Panel("Locks taken per second", "/s", rate(ACQUIRED)),
            new Panel(
                    "Time until a lock was taken, mean",
                    " ms",
                    mean("pawl_lock_acquire_seconds_sum acquired", ACQUIRED)),
            new Panel(
                    "Time a lock was held, mean",
                    " ms",
                    mean("pawl_lock_hold_seconds_sum", "pawl_lock_hold_seconds_count")),
            new Panel("Requests that wait", "", (before, now) -> now.value("pawl_lock_waiting")),
            new Panel("Handed on within the instance, per second", "/s", rate("pawl_lock_handed_off_total")),
            new Panel("Leases lost, in all", "", (before, now) -> now.value("pawl_lock_lost_total")));

    private final List<Scrape> scrapes;
    private final double killed;
    private final double started;
    private final double end;

    Dashboard(List<Scrape> scrapes, double killed, double started, double end) {
        this.scrapes = scrapes;
        this.killed = killed;
        this.started = started;
        this.end = end;
    }

    private static ToDoubleBiFunction<Scrape, Scrape> rate(String counter) {
        return (before, now) -> (now.value(counter) - before.value(counter)) / (now.seconds() - before.seconds());
    }

    private static ToDoubleBiFunction<Scrape, Scrape> mean(String sum, String count) {
        return (before, now) -> {
            double events = now.value(count) - before.value(count);
            return events > 0 ? 1000 * (now.value(sum) - before.value(sum)) / events : Double.NaN;
        };
    }

    String svg() {
        StringBuilder svg = new StringBuilder();
        int height = HEAD + (PANELS.size() + 1) / 2 * (TOP + HEIGHT + GAP);
        svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\">%n"
                .formatted(2 * (LEFT + WIDTH) + 40, height));
        svg.append(STYLE).append("<rect width=\"100%\" height=\"100%\" fill=\"#fafafa\"/>\n");
        svg.append(text(10, 26, "head", "Locks of the sample, two instances over one database"));
        for (int instance = 1; instance <= 2; instance++) {
            int x = 480 + 100 * instance;
            svg.append("<path class=\"line i%d\" d=\"M%d 21 h24\"/>%n".formatted(instance, x));
            svg.append(text(x + 30, 25, "", "instance " + instance));
        }
        svg.append("<rect class=\"gone\" x=\"790\" y=\"13\" width=\"24\" height=\"14\"/>\n");
        svg.append(text(820, 25, "", "instance 2 was killed, and is started again"));
        for (int i = 0; i < PANELS.size(); i++) {
            panel(svg, PANELS.get(i), LEFT + i % 2 * (WIDTH + LEFT + 10), HEAD + TOP + i / 2 * (TOP + HEIGHT + GAP));
        }
        return svg.append("</svg>\n").toString();
    }

    private void panel(StringBuilder svg, Panel panel, int x, int y) {
        List<List<Point>> lines = new ArrayList<>();
        for (int instance = 1; instance <= 2; instance++) {
            lines.addAll(lines(panel, instance));
        }
        double most = lines.stream()
                .flatMap(List::stream)
                .mapToDouble(Point::value)
                .max()
                .orElse(0);
        double top = roundedUp(most);
        svg.append(text(x, y - 10, "title", panel.title()));
        svg.append("<rect class=\"frame\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>%n"
                .formatted(x, y, WIDTH, HEIGHT));
        svg.append("<rect class=\"gone\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>%n"
                .formatted(x + along(killed), y, along(started) - along(killed), HEIGHT));
        for (int tick = 0; tick <= 4; tick++) {
            double at = y + HEIGHT - HEIGHT * tick / 4.0;
            svg.append("<path class=\"tick\" d=\"M%d %.1f h%d\"/>%n".formatted(x, at, WIDTH));
            svg.append("<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>%n"
                    .formatted(x - 4, at + 4, number(top * tick / 4) + panel.unit()));
        }
        for (int seconds = 0; seconds <= end; seconds += 10) {
            svg.append(text((int) (x + along(seconds)) - 8, y + HEIGHT + 14, "", seconds + " s"));
        }
        for (int instance = 1; instance <= 2; instance++) {
            for (List<Point> line : lines(panel, instance)) {
                svg.append(path(line, instance, top, x, y));
            }
        }
    }

    /** A line for each life of an instance: another begins where the first scrape has nothing before it. */
    private List<List<Point>> lines(Panel panel, int instance) {
        List<List<Point>> lines = new ArrayList<>();
        List<Scrape> life = new ArrayList<>();
        for (Scrape scrape : scrapes) {
            if (scrape.instance() == instance) {
                if (!life.isEmpty()
                        && scrape.value(ACQUIRED) < life.get(life.size() - 1).value(ACQUIRED)) {
                    lines.add(line(panel, life));
                    life.clear();
                }
                life.add(scrape);
            }
        }
        lines.add(line(panel, life));
        return lines;
    }

    private static List<Point> line(Panel panel, List<Scrape> life) {
        List<Point> points = new ArrayList<>();
        int before = 0;
        for (Scrape now : life) {
            while (now.seconds() - life.get(before).seconds() > WINDOW) {
                before++;
            }
            double value = life.get(before) == now ? Double.NaN : panel.value().applyAsDouble(life.get(before), now);
            if (!Double.isNaN(value)) {
                points.add(new Point(now.seconds(), value));
            }
        }
        return points;
    }

    private String path(List<Point> line, int instance, double top, int x, int y) {
        StringBuilder path = new StringBuilder();
        for (Point point : line) {
            path.append("%s%.1f %.1f "
                    .formatted(
                            path.isEmpty() ? "M" : "L",
                            x + along(point.seconds()),
                            y + HEIGHT - HEIGHT * point.value() / top));
        }
        return path.isEmpty()
                ? ""
                : "<path class=\"line i%d\" d=\"%s\"/>%n"
                        .formatted(instance, path.toString().strip());
    }

    private double along(double seconds) {
        return WIDTH * Math.min(seconds, end) / end;
    }

    /** To 1, 2, 4 or 8 times a power of ten: quarters of it are short numbers. */
    private static double roundedUp(double most) {
        double power = Math.pow(10, Math.floor(Math.log10(Math.max(most, 1))));
        for (int times : new int[] {1, 2, 4, 8}) {
            if (most <= times * power) {
                return Math.max(times * power, 4);
            }
        }
        return 10 * power;
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : String.format(Locale.ROOT, "%.1f", value);
    }

    private static String text(int x, int y, String style, String text) {
        return "<text x=\"%d\" y=\"%d\" class=\"%s\">%s</text>%n".formatted(x, y, style, text);
    }
}
