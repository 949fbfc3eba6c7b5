package dev.heimdall.cdk.config;

import dev.heimdall.model.StrictDocument.Findings;
import java.util.List;

/** Common base of setting checks: the way they report findings. */
abstract class SettingChecks {
  protected static final String SECURITY_GROUP = "sg-[0-9a-f]{8,17}";
  protected static final String SECURITY_GROUP_EXAMPLE =
      "the id of a security group, such as \"sg-0a1b2c3d4e5f6a7b8\"";

  /** Findings, and settings that could not be read: checks report nothing more about those. */
  protected final Findings findings;

  protected SettingChecks(Findings findings) {
    this.findings = findings;
  }

  protected final void each(String path, List<String> values, String form, String expected) {
    for (int i = 0; i < values.size(); i++) {
      form(path + "[" + i + "]", values.get(i), form, expected);
    }
  }

  protected final void form(String path, String value, String form, String expected) {
    if (findings.sound(path) && !value.matches(form)) {
      problem(path, quote(value), expected);
    }
  }

  protected final void problem(String path, String got, String expected) {
    findings.problem(path, got, expected);
  }

  protected static String quote(String text) {
    return "\"" + text + "\"";
  }
}
