package dev.heimdall.manager.analytics;

import java.util.List;

/**
 * Content of the page about what to cache.
 *
 * @param vdbs choices of a virtual database
 * @param staleness seconds for which results may be outdated; empty: not at all
 * @param edits whether the visitor may make rules
 */
public record CacheAdviceView(
    List<AnalyticsView.Choice> vdbs, String staleness, boolean edits, List<Row> rows) {
  /**
   * A pattern to cache.
   *
   * @param id of the pattern
   * @param path of its figures
   * @param saved time that clients would not wait in each second
   * @param seconds for which the rule serves a result; empty: as long as it is right
   * @param off whether the cache of its virtual database is off
   */
  public record Row(
      String id,
      String path,
      String text,
      String vdb,
      String saved,
      String hits,
      String reads,
      String writes,
      String average,
      List<String> lists,
      String seconds,
      boolean off) {}
}
