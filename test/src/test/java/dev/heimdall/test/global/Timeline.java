package dev.heimdall.test.global;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A picture of what happened and of what clients were answered meanwhile, as SVG: a lane for each
 * region with the writes that were acknowledged and the reads that were answered in each tenth of a
 * second, what failed, and how long clients waited for the slowest answer that came then.
 */
final class Timeline {
  private static final long STEP = TimeUnit.MILLISECONDS.toNanos(100);
  private static final double STEP_WIDTH = 6;
  private static final int LEFT = 120;
  private static final int TOP = 60;
  private static final int LANE = 120;
  private static final int BAR = 40;
  private static final int MOMENT = 16;

  private static final List<String> COLOURS = List.of("#2b6cb0", "#c05621", "#2f855a", "#6b46c1");
  private static final String READS = "#a0aec0";
  private static final String WAITED = "#1a202c";
  private static final String FAILED = "#c53030";

  private final String title;
  private final List<Region> regions;
  private final List<Chronicle.Moment> moments;
  private final History history;
  private final long from;
  private final int steps;
  private final StringBuilder svg = new StringBuilder();

  /** What ended in one step in one region. */
  private static final class Step {
    private final Map<String, Integer> writes = new TreeMap<>();
    private int reads;
    private int failed;
    private long slowest;

    void waited(long nanos) {
      slowest = Math.max(slowest, TimeUnit.NANOSECONDS.toMillis(nanos));
    }
  }

  /**
   * @param from the first moment that it shows, by {@link System#nanoTime}
   * @param to the last one
   */
  Timeline(
      String title,
      List<Region> regions,
      List<Chronicle.Moment> moments,
      History history,
      long from,
      long to) {
    this.title = title;
    this.regions = regions;
    this.history = history;
    this.from = from;
    this.steps = (int) ((to - from) / STEP) + 1;
    this.moments = moments.stream().filter(one -> one.at() >= from && one.at() <= to).toList();
  }

  /** The picture. */
  String svg() {
    int lanes = TOP + LANE * regions.size();
    int width = LEFT + (int) (steps * STEP_WIDTH) + 220;
    int height = lanes + 40 + MOMENT * moments.size() + 20;
    svg.setLength(0);
    line(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"11\">",
        width, height, width, height);
    line("<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>", width, height);
    text(10, 20, "font-size=\"15\" font-weight=\"bold\"", title);
    legend(width);
    for (int i = 0; i < regions.size(); i++) {
      lane(regions.get(i), TOP + LANE * i);
    }
    seconds(lanes);
    for (int i = 0; i < moments.size(); i++) {
      moment(i + 1, moments.get(i), lanes);
    }
    line("</svg>");
    return svg.toString();
  }

  private void legend(int width) {
    int y = 38;
    int x = LEFT;
    List<Region> writers = regions.stream().filter(Region::hasDatabase).toList();
    for (Region writer : writers) {
      line(
          "<rect x=\"%d\" y=\"%d\" width=\"10\" height=\"10\" fill=\"%s\"/>",
          x, y, colour(writer.instance()));
      text(x + 14, y + 9, "", "writes taken by " + writer.name());
      x += 165;
    }
    line("<rect x=\"%d\" y=\"%d\" width=\"10\" height=\"10\" fill=\"%s\"/>", x, y, READS);
    text(x + 14, y + 9, "", "reads");
    line("<rect x=\"%d\" y=\"%d\" width=\"10\" height=\"10\" fill=\"%s\"/>", x + 60, y, FAILED);
    text(x + 74, y + 9, "", "errors");
    if (width > x + 400) {
      text(x + 125, y + 9, "", "black: the longest wait that ended then");
    }
  }

  private String colour(String instance) {
    List<String> instances = regions.stream().map(Region::instance).toList();
    return COLOURS.get(Math.max(0, instances.indexOf(instance)) % COLOURS.size());
  }

  private void lane(Region region, int top) {
    List<Step> found = steps(region);
    int most =
        Math.max(
            1,
            found.stream()
                .mapToInt(s -> s.writes.values().stream().mapToInt(n -> n).sum())
                .max()
                .orElse(1));
    int mostReads = Math.max(1, found.stream().mapToInt(s -> s.reads).max().orElse(1));
    long slowest = Math.max(1000, found.stream().mapToLong(s -> s.slowest).max().orElse(1000));
    int base = top + BAR + 10;
    int readBase = base + BAR + 8;
    text(10, top + 26, "font-weight=\"bold\"", region.name());
    text(10, top + 42, "fill=\"#4a5568\"", "writes: %d/s".formatted(most * 10));
    text(10, top + 56, "fill=\"#4a5568\"", "reads: %d/s".formatted(mostReads * 10));
    text(10, top + 70, "fill=\"#4a5568\"", "wait: %.1f s".formatted(slowest / 1000.0));
    for (int i = 0; i < found.size(); i++) {
      Step step = found.get(i);
      double x = LEFT + i * STEP_WIDTH;
      double y = base;
      for (Map.Entry<String, Integer> one : step.writes.entrySet()) {
        double high = (double) BAR * one.getValue() / most;
        y -= high;
        bar("write", x, y, high, colour(one.getKey()));
      }
      bar(
          "read",
          x,
          readBase - (double) BAR * step.reads / mostReads,
          (double) BAR * step.reads / mostReads,
          READS);
      if (step.failed > 0) {
        bar("failed", x, readBase + 2, 6, FAILED);
      }
      if (step.slowest > 0) {
        double high = (double) BAR * step.slowest / slowest;
        bar("wait", x + STEP_WIDTH / 2 - 1, base - high, high, 1, WAITED);
      }
    }
    line(
        "<line x1=\"%d\" y1=\"%d\" x2=\"%s\" y2=\"%d\" stroke=\"#cbd5e0\"/>",
        LEFT, base, number(LEFT + steps * STEP_WIDTH), base);
  }

  private void bar(String what, double x, double y, double high, String colour) {
    bar(what, x, y, high, STEP_WIDTH - 1, colour);
  }

  private void bar(String what, double x, double y, double high, double wide, String colour) {
    if (high > 0) {
      line(
          "<rect class=\"%s\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"%s\"/>",
          what, number(x), number(y), number(wide), number(high), colour);
    }
  }

  private List<Step> steps(Region region) {
    List<Step> all = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      all.add(new Step());
    }
    for (Write write : history.writes()) {
      int at = at(write.ended());
      if (write.region().equals(region) && at >= 0 && at < steps) {
        Step step = all.get(at);
        step.waited(write.ended() - write.begun());
        if (write.acknowledged()) {
          step.writes.merge(write.server(), 1, Integer::sum);
        } else {
          step.failed++;
        }
      }
    }
    for (Read read : history.reads()) {
      int at = at(read.ended());
      if (read.region().equals(region) && at >= 0 && at < steps) {
        Step step = all.get(at);
        step.waited(read.ended() - read.begun());
        if (read.answered()) {
          step.reads++;
        } else {
          step.failed++;
        }
      }
    }
    return all;
  }

  private int at(long moment) {
    return (int) Math.floorDiv(moment - from, STEP);
  }

  private double x(long moment) {
    return LEFT + (moment - from) * STEP_WIDTH / STEP;
  }

  private void seconds(int lanes) {
    for (int second = 0; second * 10 <= steps; second++) {
      double x = LEFT + second * 10 * STEP_WIDTH;
      line(
          "<line x1=\"%s\" y1=\"%d\" x2=\"%s\" y2=\"%d\" stroke=\"#cbd5e0\" stroke-dasharray=\"1 4\"/>",
          number(x), TOP, number(x), lanes);
      text(x - 8, lanes + 14, "fill=\"#4a5568\"", second + " s");
    }
  }

  private void moment(int number, Chronicle.Moment moment, int lanes) {
    double x = x(moment.at());
    line(
        "<line class=\"moment\" x1=\"%s\" y1=\"%d\" x2=\"%s\" y2=\"%d\" stroke=\"#1a202c\" stroke-opacity=\"0.5\"/>",
        number(x), TOP, number(x), lanes);
    int y = lanes + 30 + MOMENT * number;
    line(
        "<line x1=\"%s\" y1=\"%d\" x2=\"%s\" y2=\"%d\" stroke=\"#1a202c\" stroke-opacity=\"0.15\"/>",
        number(x), lanes, number(x), y);
    text(
        x + 3,
        y,
        "",
        String.format(
            Locale.ROOT,
            "%.2f s: %s",
            (moment.at() - from) / (double) TimeUnit.SECONDS.toNanos(1),
            moment.what()));
  }

  private void text(double x, double y, String attributes, String words) {
    line(
        "<text x=\"%s\" y=\"%s\" %s>%s</text>",
        number(x),
        number(y),
        attributes,
        words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  private void line(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
