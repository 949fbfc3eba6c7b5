package dev.heimdall.cdk.values;

import software.amazon.awscdk.Token;

/** Numbers, which may stand for what only CloudFormation knows. */
public final class Numbers {
  private Numbers() {}

  /** A number where CloudFormation wants a text. */
  public static String text(Number number) {
    return Token.isUnresolved(number) ? Token.asString(number) : Long.toString(number.longValue());
  }
}
