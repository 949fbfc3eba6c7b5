package dev.heimdall.launcher.demo;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Messages of the demo, line by line, to a person who watches. */
final class Report {
  private final PrintWriter out;
  private final long began = System.nanoTime();

  Report(PrintWriter out) {
    this.out = out;
  }

  /** A step that is done, with the time since the demo began. */
  void step(String format, Object... arguments) {
    out.println(
        "  [%6.1f s] %s"
            .formatted(elapsed().toNanos() / 1e9, String.format(Locale.ROOT, format, arguments)));
  }

  void line(String format, Object... arguments) {
    out.println(String.format(Locale.ROOT, format, arguments));
  }

  Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - began);
  }

  void workloadHeader(String lagUnit) {
    line(
        "  %6s %12s %12s %11s %5s %8s %8s %8s %7s %12s %18s %6s",
        "second",
        "statements/s",
        "on replicas",
        "from cache",
        "hit %",
        "outdated",
        "p50 ms",
        "p99 ms",
        "clients",
        "server conns",
        "replica lag " + lagUnit,
        "errors");
  }

  void workloadSecond(
      int second,
      LatencyHistogram.Snapshot statements,
      double seconds,
      int clients,
      Monitor.Reading servers,
      long errors) {
    line(
        "  %6d %,12.0f %,12.0f %,11.0f %5d %8d %8s %8s %7d %12d %18s %6d",
        second,
        statements.count() / seconds,
        servers.node().replicaReads() / seconds,
        servers.node().fromCache() / seconds,
        servers.node().hitPercent(),
        servers.node().outdated(),
        millis(statements.percentile(50)),
        millis(statements.percentile(99)),
        clients,
        servers.serverConnections(),
        lags(servers.lags()),
        errors);
  }

  static String millis(long nanos) {
    return String.format(Locale.ROOT, "%.2f", nanos / 1e6);
  }

  private static String lags(List<Long> lags) {
    return lags.isEmpty()
        ? "no replica"
        : lags.stream()
            .map(lag -> String.format(Locale.ROOT, "%,d", lag))
            .collect(Collectors.joining(" / "));
  }
}
