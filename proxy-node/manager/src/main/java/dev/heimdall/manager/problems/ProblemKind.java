package dev.heimdall.manager.problems;

import dev.heimdall.model.Spelled;
import java.util.Optional;
import java.util.stream.Stream;

/** Kind of problem; those that affect most clients come first. */
enum ProblemKind implements Spelled {
  NO_NODE_REPORTS(
      0,
      "Whether clients are served is not known here.",
      "See whether nodes run (heimdall doctor on one of them), and whether they reach this manager:"
          + " a node's log says why it cannot report.",
      "/nodes"),
  NO_NODE_READY(
      15, "New clients are refused.", "The page Nodes has the reasons that nodes give.", "/nodes"),
  NO_WRITER(
      0,
      "Writes {wait for a writer}. Replicas still answer reads, as far as their level of"
          + " consistency allows.",
      "See {servers} whether a failover is in progress. The servers below Clusters say why each of"
          + " them is not the writer.",
      "/dashboard"),
  WRITERS_IN_CONFLICT(
      0,
      "Nothing is sent to either of them: writes {wait for a writer}.",
      "Stop the server that should not write any more, or make it a replica.",
      "/dashboard"),
  WRITER_FENCED(
      0,
      "Writes {wait for a writer}, until something outside the writer's region confirms it.",
      "See whether this region is cut off from the others, and whether another one was promoted.",
      "/dashboard"),
  WRITER_READ_ONLY(
      0,
      "Writes fail, or wait for another writer.",
      "See on the server why it allows no writes: a full disk, or default_transaction_read_only or"
          + " read_only.",
      "/dashboard"),
  DATABASE_UNREACHABLE(
      10,
      "Statements {wait for a server}.",
      "See whether the server runs, and whether security groups and routes let nodes reach it.",
      "/nodes"),
  POOL_FULL(
      10,
      "They {wait for a connection}.",
      "The page Clients has who waits and who holds connections: end transactions that stay open,"
          + " or raise pool.size. The page Queries has the statements that take the most time.",
      "/clients"),
  NODES_NOT_READY(
      30,
      "The load balancer sends new clients to the other nodes.",
      "The page Nodes has the reasons that they give.",
      "/nodes"),
  NODES_LOST(
      0,
      "Their clients have to connect again, if the nodes have ended.",
      "See whether the instances run, and whether they reach this manager. One that was ended for"
          + " good is forgotten on the page Nodes.",
      "/nodes"),
  NODES_OVERDUE(
      30, // which is lost by then
      "If the nodes have ended, their clients have to connect again.",
      "Wait for some seconds: a node that has been killed counts as lost then.",
      "/nodes"),
  SERVERS_DOWN(
      10,
      "Other servers answer what they would.",
      "See {servers} whether they run; the reason that nodes have is below Clusters.",
      "/dashboard"),
  REPLICA_STOPPED(
      10,
      "What it has gets older. Reads that need newer data go to the writer, or wait, by their level"
          + " of consistency.",
      "Start its replication again: PostgreSQL logs on the replica why its WAL receiver ended, and"
          + " pg_wal_replay_resume() ends a pause; SHOW REPLICA STATUS of MySQL and MariaDB has the"
          + " error.",
      "/dashboard"),
  MANAGER_DISK_FULL(
      10,
      "Commits, accounts, alerts and the audit log may not be written. Nodes serve their clients as"
          + " before.",
      "Free space on that machine, or make the disk larger.",
      "/problems"),
  STORE_AWAY(
      10,
      "What caches share is not used, so that more statements go to servers. Sessions with read"
          + " consistency fleet read from the writer.",
      "See whether Redis or Valkey runs, and whether nodes reach it.",
      "/events"),
  STORE_SLOW(
      10,
      "Statements that need what nodes share take longer: results of the far cache, and reads with"
          + " read consistency fleet.",
      "See whether Redis or Valkey is busy (SLOWLOG GET, large keys, snapshots), or the network to"
          + " it.",
      "/events"),
  POOL_PAUSED(
      60,
      "Clients wait until it is resumed.",
      "RESUME on the admin console of these nodes ends the pause.",
      "/nodes"),
  CONFIGURATION_REFUSED(
      10,
      "These nodes keep the configuration that they had.",
      "Correct what the reason names, or roll back on the page History.",
      "/nodes"),
  CONFIGURATION_AWAY(
      60,
      "These nodes keep the configuration that they had, and do not get changes.",
      "See what the reason says of the place: permissions, routes, a bucket or secret that was"
          + " deleted.",
      "/nodes"),
  CLIENTS_WAITING(
      30,
      "They {wait for a connection}.",
      "The page Queries has the statements that take the most time. Look for transactions that stay"
          + " open (SHOW SERVERS), or raise pool.size.",
      "/dashboard"),
  SLOW_RESPONSES(
      300,
      "Statements take longer than they should, the queue for a connection included.",
      "Compare the time of servers with that of clients on the dashboard: where they differ, pools"
          + " are small; where they do not, the page Queries has the statements.",
      "/dashboard"),
  REPLICA_LAG(
      60,
      "Reads that need newer data go to the writer, or wait, by their level of consistency.",
      "See on the replica what it waits for: long queries that hold replay up, a small instance, a"
          + " full disk.",
      "/dashboard"),
  POOL_USE(
      300,
      "None yet; the next clients may have to wait for a connection.",
      "Raise pool.size, if the server has connections left, or look for transactions that stay open"
          + " (SHOW SERVERS).",
      "/dashboard"),
  CACHE_HITS(
      900,
      "More statements go to servers.",
      "The page Queries says why statements are not answered from the cache.",
      "/analytics"),
  CERTIFICATE_ENDS(
      0,
      "Clients that check it cannot connect once it has ended.",
      "Put a new certificate and its key in place: nodes and managers take them over without a"
          + " restart.",
      "/");

  private final Timing timing;
  private final String effect;
  private final String next;
  private final String href;

  /**
   * @param seconds how long it has to last before it is an alert
   */
  ProblemKind(int seconds, String effect, String next, String href) {
    timing = Timing.after(seconds);
    this.effect = effect;
    this.next = next;
    this.href = href;
  }

  static Optional<ProblemKind> of(String spelling) {
    return Stream.of(values()).filter(kind -> kind.spelling().equals(spelling)).findFirst();
  }

  /** Minimum duration of the problem, where no setting defines it. */
  Timing timing() {
    return timing;
  }

  /** True if a cluster has no server that takes writes. */
  boolean leavesNoWriter() {
    return switch (this) {
      case NO_WRITER, WRITERS_IN_CONFLICT, WRITER_FENCED, WRITER_READ_ONLY -> true;
      default -> false;
    };
  }

  /** Effect on clients there. */
  String effect(Circumstances there) {
    return there.told(effect);
  }

  /** Advice to operators there. */
  String next(Circumstances there) {
    return there.told(next);
  }

  /** The page that shows more. */
  String href() {
    return href;
  }
}
