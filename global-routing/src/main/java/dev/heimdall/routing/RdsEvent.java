package dev.heimdall.routing;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The events of RDS after which a topology may be another one. Known by their numbers: categories
 * are spelled differently in different places. They may be missing, repeated and out of order, so
 * each says no more than that it is time to ask.
 */
public enum RdsEvent {
  INSTANCE_SHUT_DOWN("0004"),
  INSTANCE_RESTARTED("0006"),
  FAILOVER_FAILED("0069"),
  OLD_PRIMARY_PROMOTED("0070"),
  FAILOVER_COMPLETED("0071"),
  FAILOVER_STARTED_IN_ZONE("0072"),
  FAILOVER_STARTED("0073"),
  CLUSTER_RENAMED("0172"),
  SWITCHOVER_STARTED("0181"),
  SWITCHOVER_OLD_PRIMARY_STOPPED("0182"),
  SWITCHOVER_WAITING("0183"),
  SWITCHOVER_PROMOTED("0184"),
  SWITCHOVER_COMPLETED("0185"),
  SWITCHOVER_CANCELLED("0186"),
  SWITCHOVER_FAILED("0187"),
  GLOBAL_FAILOVER_COMPLETED("0238"),
  GLOBAL_FAILOVER_FAILED("0239"),
  RESYNCHRONISING("0240"),
  RESYNCHRONISED("0241"),
  BLUE_GREEN_STARTED("0247"),
  BLUE_GREEN_COMPLETED("0248"),
  BLUE_GREEN_CANCELLED("0249"),
  BLUE_GREEN_INSTANCE_STARTED("0250"),
  BLUE_GREEN_INSTANCE_COMPLETED("0251"),
  BLUE_GREEN_INSTANCE_CANCELLED("0252"),
  BLUE_GREEN_CLUSTER_STARTED("0259"),
  BLUE_GREEN_CLUSTER_COMPLETED("0260"),
  BLUE_GREEN_CLUSTER_CANCELLED("0261"),
  CLUSTER_TOPOLOGY_UPDATED("0385"),
  WRITES_BLOCKED("0390"),
  WRITES_NOT_BLOCKED_IN_TIME("0391"),
  GLOBAL_ENDPOINT_CHANGED("0397"),
  SWITCHOVER_SYNCHRONISING("0423"),
  GLOBAL_FAILOVER_WITHOUT_INSTANCE("0519");

  private static final String PREFIX = "RDS-EVENT-";

  private final String number;

  RdsEvent(String number) {
    this.number = number;
  }

  /** As EventBridge has it: {@code RDS-EVENT-0071}. */
  public String id() {
    return PREFIX + number;
  }

  /** Empty for an event without waiters. */
  public static Optional<RdsEvent> of(String id) {
    return Arrays.stream(values()).filter(event -> event.id().equals(id)).findFirst();
  }

  /** All ids, for the pattern of a rule. */
  public static List<String> ids() {
    return Arrays.stream(values()).map(RdsEvent::id).toList();
  }
}
