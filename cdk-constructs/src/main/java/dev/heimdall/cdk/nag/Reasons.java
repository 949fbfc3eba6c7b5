package dev.heimdall.cdk.nag;

import io.github.cdklabs.cdknag.NagPackSuppression;
import io.github.cdklabs.cdknag.NagSuppressions;
import java.util.List;
import software.constructs.IConstruct;

/** Exceptions from rules of the AWS Solutions pack, with their reasons. */
public final class Reasons {
  private Reasons() {}

  /** The construct, and what it is made of, is right as it is. */
  public static void accept(IConstruct construct, String rule, String reason) {
    NagSuppressions.addResourceSuppressions(
        construct, List.of(NagPackSuppression.builder().id(rule).reason(reason).build()), true);
  }
}
