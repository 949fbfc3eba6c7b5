package dev.heimdall.engine.observe;

import java.util.Objects;

/** Whose traffic is counted together: the labels of a counter. */
public record TrafficLabels(String vdb, String database, String user) {
  /** Stands for every value beyond the limit of label sets, and for names that nobody checked. */
  public static final String OTHER = "(other)";

  public TrafficLabels {
    Objects.requireNonNull(vdb, "vdb");
    Objects.requireNonNull(database, "database");
    Objects.requireNonNull(user, "user");
  }
}
