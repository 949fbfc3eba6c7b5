package dev.heimdall.cdk.values;

import java.util.List;
import java.util.Optional;
import software.amazon.awscdk.CfnCondition;
import software.amazon.awscdk.Token;

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

  /**
   * Id that distinguishes the constructs made for a value from those made for others. By its number
   * a port, say, that goes would give its name to the next one, which CloudFormation would make
   * while that is still there.
   *
   * @param number where the value is known only to CloudFormation
   */
  public static String id(Object value, int number) {
    return Token.isUnresolved(value)
        ? Integer.toString(number)
        : value.toString().replaceAll("[./]", "-");
  }

  /** Several that are always there. */
  public static <T> List<Slot<T>> always(List<T> values) {
    return values.stream().map(Slot::always).toList();
  }
}
