package dev.heimdall.manager.fleet;

/** Reports of nodes, without HTTP. */
public final class FleetReports {
  private FleetReports() {}

  /** Whether the fleet takes a report that was signed at this time. */
  public static boolean take(Fleet fleet, SeenNode report, long time) {
    return fleet.take(report, time) == Fleet.Outcome.TAKEN;
  }
}
