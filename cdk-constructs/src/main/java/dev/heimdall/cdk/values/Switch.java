package dev.heimdall.cdk.values;

import java.util.Optional;
import software.amazon.awscdk.CfnCondition;
import software.amazon.awscdk.Fn;

/**
 * Setting that is on or off, or that a parameter of a plain template decides.
 *
 * @param on whether it is on, or can be
 * @param when the condition under which it is on; empty when that is known here
 */
public record Switch(boolean on, Optional<CfnCondition> when) {
  /** One that is known here. */
  public static Switch of(boolean on) {
    return new Switch(on, Optional.empty());
  }

  /** One that a condition of the template decides. */
  public static Switch when(CfnCondition condition) {
    return new Switch(true, Optional.of(condition));
  }

  /** One of two texts. */
  public String text(String whenOn, String whenOff) {
    return when.map(
            condition -> Fn.conditionIf(condition.getLogicalId(), whenOn, whenOff).toString())
        .orElse(on ? whenOn : whenOff);
  }
}
