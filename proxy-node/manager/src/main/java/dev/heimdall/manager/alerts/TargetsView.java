package dev.heimdall.manager.alerts;

import java.util.List;

/**
 * What the template of targets is given.
 *
 * @param kept whether there is a place for them
 */
public record TargetsView(boolean kept, List<Row> rows, String problem, String csrf) {
  /**
   * One of them.
   *
   * @param where without what may be secret
   * @param tells what it is told of
   * @param look the style of its last result
   */
  public record Row(String name, String where, String tells, String last, String look, String at) {}
}
