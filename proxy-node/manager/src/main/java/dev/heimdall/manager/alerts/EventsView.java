package dev.heimdall.manager.alerts;

import java.util.List;

/**
 * Data for the event templates.
 *
 * @param kinds that there are
 * @param nodes that there are
 * @param href of the list as it is asked for
 * @param found how many there are, of which these are the last
 */
public record EventsView(
    Wanted wanted, List<String> kinds, List<String> nodes, String href, List<Row> rows, int found) {
  /**
   * One of them.
   *
   * @param look the style of its severity
   * @param by who has seen it, in a few words
   */
  public record Row(
      String at,
      String kind,
      String severity,
      String look,
      String about,
      String server,
      String words,
      String by,
      String times) {}
}
