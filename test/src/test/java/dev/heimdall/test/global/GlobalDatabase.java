package dev.heimdall.test.global;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What stands for Aurora's global database: a server in each region that has one, of which those
 * that do not write replicate from the one that does, over the lines between the regions.
 */
interface GlobalDatabase extends AutoCloseable {
  String DATABASE = "app";

  /** The time of a commit is read a moment before its place in the log is taken. */
  Duration COMMITS_IN_PROGRESS = Duration.ofSeconds(1);

  /** How clients speak to it. */
  Sql sql();

  /**
   * What a node's data source has of it.
   *
   * @param hosts of all servers, with ports
   */
  Map<String, Object> source(List<String> hosts);

  /** As whom nodes ask its servers, as {@code cluster.probe}; nothing: as everybody. */
  Map<String, Object> probes();

  /** Where a region's server is, for those who come over the lines. */
  InetSocketAddress at(Region region);

  /** The process of a region's server. */
  long pid(Region region);

  /** Those that have a server. */
  List<Region> regions();

  Region writer();

  /** Has each server replicate over the line to the writer. */
  void connect();

  /** Waits until a region's server has all that the writer has by now. */
  void awaitReplication(Region region);

  /** The writer lets no more writes in, and ends what is in progress. */
  void stopWrites();

  /**
   * The second half of a planned switchover: the successor has everything, and writes.
   *
   * @param promoted is called as soon as that is so
   */
  void handOver(Region successor, Runnable promoted);

  /** Makes a region's server the writer, whatever it has by now. */
  void promote(Region successor);

  /** Has the regions that neither wrote before nor write now follow the new writer. */
  void followers(Region former);

  /** All processes of a region's server stand still. */
  void freeze(Region region);

  /** They go on, as if nothing had been. */
  void thaw(Region region);

  /**
   * What a former writer, which nobody can reach, has committed and its successor never got. It has
   * to be the end of what it wrote: what was committed before something that was replicated was
   * replicated itself.
   */
  Set<Write.Key> tail(Region former);

  /** Makes a former writer a follower of the present one. */
  void rebuild(Region former);

  /** All rows of clients that a region's server has. */
  List<Write.Key> rows(Region region);

  @Override
  void close();

  /** In milliseconds. */
  static void assertTheEnd(long firstLost, long lastCarried) {
    if (firstLost < lastCarried - COMMITS_IN_PROGRESS.toMillis()) {
      throw new AssertionError(
          "a commit of %d was lost, and one of %d replicated".formatted(firstLost, lastCarried));
    }
  }
}
