package dev.heimdall.manager.nodes;

import java.util.List;

/**
 * All that there is to see of one node.
 *
 * @param facts names with what they are
 * @param vdbs its virtual databases with their pools
 */
public record NodePage(NodeLine line, List<Fact> facts, List<Vdb> vdbs, List<Cluster> clusters) {
  /** A name with what it is. */
  public record Fact(String name, String value) {}

  /** A virtual database. */
  public record Vdb(String name, Badge state, String detail, List<Pool> pools) {}

  /** Clients of one user in one database, and the server connections that serve them. */
  public record Pool(
      String database,
      String user,
      String server,
      String clients,
      String waiting,
      String servers,
      String longestWait,
      boolean paused) {}

  /**
   * A cluster that the node watches.
   *
   * @param regions in one line; empty where none is named
   */
  public record Cluster(
      String source,
      String consistency,
      String regions,
      List<Server> servers,
      List<Event> events) {}

  /** A server of it. */
  public record Server(
      String address, String role, Badge state, String zone, String lag, String why) {}

  /** Event of the cluster. */
  public record Event(String at, Badge kind, String server, String cause) {}
}
