package dev.heimdall.manager.analytics;

import java.util.List;
import java.util.Optional;

/** Content of the page about statements, in words and numbers as people read them. */
public final class AnalyticsView {
  private AnalyticsView() {}

  /**
   * The page.
   *
   * @param windows choices of time
   * @param vdbs choices of a virtual database
   * @param text that statements contain
   * @param shown which of how many, in words
   * @param before path of the page before, if there is one
   * @param next path of the page after, if there is one
   * @param heard whether any node has reported
   */
  public record Listing(
      List<Choice> windows,
      List<Choice> vdbs,
      String window,
      String vdb,
      String text,
      String shown,
      Optional<String> before,
      Optional<String> next,
      boolean heard,
      List<Row> rows) {}

  /** Option to choose. */
  public record Choice(String value, String words, boolean chosen) {}

  /**
   * A kind of statements.
   *
   * @param path that shows it opened, or closed when it is open
   * @param bar width of its share
   * @param average how long clients wait for an answer, waits for a server connection included
   * @param server how long a server takes
   * @param detail empty: it is closed
   */
  public record Row(
      String id,
      String path,
      String text,
      String vdb,
      String bar,
      String share,
      String total,
      String calls,
      String average,
      String p99,
      String server,
      String hits,
      String replicas,
      String errors,
      boolean failing,
      Optional<Detail> detail) {}

  /**
   * Further facts about the statements.
   *
   * @param uncached why it is not answered from the cache
   * @param onWriter why it is not sent to replicas
   * @param plannable whether nodes can be asked for its plan by who looks
   * @param making how a rule can be made of it; empty: who looks may not
   * @param unmade why none can be made; empty: one can
   */
  public record Detail(
      String text,
      List<Fact> facts,
      List<String> reads,
      List<String> writes,
      List<RuleLink> rules,
      List<Reason> uncached,
      List<Reason> onWriter,
      Optional<PlanText> plan,
      boolean plannable,
      Optional<Making> making,
      String unmade) {}

  /** A figure with its name. */
  public record Fact(String name, String value) {}

  /** A rule that matched. */
  public record RuleLink(String path, String place, String action) {}

  /** Reason that something is not done, its frequency, and advice about it. */
  public record Reason(String words, String share, String advice) {}

  /** A plan that was taken. */
  public record PlanText(String taken, String text) {}

  /**
   * A form that makes a rule.
   *
   * @param lists where it can go
   * @param match the regular expression that it will have
   */
  public record Making(
      List<Choice> kinds, List<String> meanings, List<Choice> lists, String match) {}
}
