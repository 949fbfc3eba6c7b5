package dev.heimdall.cdk.constructs;

import dev.heimdall.cdk.instance.Inspection;
import dev.heimdall.cdk.values.Switch;
import java.util.Optional;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.kms.IKey;

/**
 * Destination of the instances' boot log and of the journal of Heimdall's units: a CloudWatch Logs
 * group, which stays when its stack is deleted, or none.
 */
public final class HeimdallLogs {
  private final boolean sent;
  private final int days;
  private final Optional<String> key;

  private HeimdallLogs(boolean sent, int days, Optional<String> key) {
    this.sent = sent;
    this.days = days;
    this.key = key;
  }

  /** Nowhere: they stay on the instance. */
  public static HeimdallLogs none() {
    return new HeimdallLogs(false, 0, Optional.empty());
  }

  /**
   * Into a group that is made.
   *
   * @param days how long lines are kept; a number of days that CloudWatch Logs knows, such as 30
   */
  public static HeimdallLogs kept(Duration days) {
    int number = days.toDays().intValue();
    FleetChecks.range("days", number, 1, 3653);
    return new HeimdallLogs(true, number, Optional.empty());
  }

  /**
   * Returns the log settings with encryption by a key whose policy lets {@code
   * logs.REGION.amazonaws.com} use it.
   */
  public HeimdallLogs encryptedWith(IKey key) {
    return new HeimdallLogs(sent, days, Optional.of(key.getKeyArn()));
  }

  Inspection inspection(boolean keepFailed) {
    return new Inspection(sent, days, key, Switch.of(keepFailed));
  }
}
