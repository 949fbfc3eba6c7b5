package dev.heimdall.manager.alerts;

import dev.heimdall.manager.forms.FormView;
import java.util.List;

/**
 * Data for the template of targets.
 *
 * @param kept whether there is a place for them
 */
public record TargetsView(boolean kept, List<Row> rows, String problem, String csrf, Form form) {
  /**
   * One of them.
   *
   * @param type in a word
   * @param where without what may be secret
   * @param tells what it is told of
   * @param look the style of its last result
   */
  public record Row(
      String name, String type, String where, String tells, String last, String look, String at) {}

  /**
   * Input for one target in a form.
   *
   * @param changes whether it is there already
   * @param fields its settings
   */
  public record Form(TargetType type, String name, boolean changes, List<FormView.Field> fields) {}
}
