package dev.heimdall.cdk.fleet;

import java.util.List;
import java.util.Optional;
import software.amazon.awscdk.CfnCondition;

/**
 * One of several values, which a plain template may leave out. One that is there has all before it.
 *
 * @param when the condition under which it is there; empty when it always is
 */
public record Slot<T>(T value, Optional<CfnCondition> when) {
  /** One that is always there. */
  public static <T> Slot<T> always(T value) {
    return new Slot<>(value, Optional.empty());
  }

  /** Several that are always there. */
  public static <T> List<Slot<T>> always(List<T> values) {
    return values.stream().map(Slot::always).toList();
  }
}
