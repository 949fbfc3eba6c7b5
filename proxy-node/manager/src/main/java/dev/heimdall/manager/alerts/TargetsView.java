package dev.heimdall.manager.alerts;

import java.util.List;
import java.util.Map;

/**
 * What the template of targets is given.
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
   * What is being written of one.
   *
   * @param changes whether it is there already
   * @param values by the settings' names, without secrets
   * @param helps what the settings mean, and their defaults
   */
  public record Form(
      String type,
      String name,
      boolean changes,
      Map<String, String> values,
      Map<String, String> helps) {
    /** What a setting means. */
    public String help(String setting) {
      return helps.getOrDefault(setting, "");
    }

    /** Empty: nothing is written. */
    public String value(String setting) {
      return values.getOrDefault(setting, "");
    }

    /** What is written, or what holds otherwise. */
    public String value(String setting, String otherwise) {
      return values.getOrDefault(setting, otherwise);
    }
  }
}
