package dev.heimdall.launcher.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** The database servers of a demo: a primary with two replicas, and how people reach them. */
interface DemoServers extends AutoCloseable {
  /** Product of the servers, with their release: {@code PostgreSQL 18.6}. */
  String release();

  /** Creates the sample shop and waits until the replicas have it. */
  void loadShop();

  /** The first column of the first row, from the primary's shop. */
  String shopValue(String sql);

  /** A connection to the shop through the node. */
  Connection throughTheNode() throws SQLException;

  /** The URL of the shop through the node, with its user. */
  String url();

  /**
   * The command line of a client.
   *
   * @param user whose password is alike
   */
  String client(int port, String user, String database);

  /** Command line of a client for one statement. */
  String client(int port, String user, String database, String sql);

  /** Note about {@link #client}, to be put behind it; often empty. */
  String clientNote();

  /** Figures that the servers report themselves, past the node. */
  Figures figures() throws SQLException;

  @Override
  void close();

  /** Asks the servers themselves, on connections of its own. */
  interface Figures extends AutoCloseable {
    /** Number of connections that the primary serves in the shop. */
    int connections() throws SQLException;

    /** Unit in which the replicas' lag is counted. */
    String lagUnit();

    /** Lag of each replica. */
    List<Long> lags() throws SQLException;

    @Override
    void close() throws SQLException;
  }
}
