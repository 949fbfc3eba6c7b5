package dev.heimdall.engine.observe;

import java.util.Objects;

/** Labels of a counter: traffic with equal labels is counted together. */
public record TrafficLabels(String vdb, String database, String user) {
  /** Stands for every value beyond the limit of label sets, and for unchecked names. */
  public static final String OTHER = "(other)";

  public TrafficLabels {
    Objects.requireNonNull(vdb, "vdb");
    Objects.requireNonNull(database, "database");
    Objects.requireNonNull(user, "user");
  }
}
