package dev.heimdall.model;

/** Kind of cluster of a data source, which determines how its servers are found and queried. */
public enum ClusterKind implements Spelled {
  /** One server, which is not asked anything. */
  NONE,
  /** A primary with streaming replicas. */
  POSTGRES,
  /** A MySQL or MariaDB server with its replicas. */
  MYSQL,
  /** A group of MySQL servers. */
  GROUP_REPLICATION,
  /** Servers of SQL Server, one of which takes writes; the others are read-only. */
  SQLSERVER,
  /** An availability group of SQL Server. */
  AVAILABILITY_GROUP,
  /** An RDS instance with read replicas. */
  RDS,
  /** An RDS Multi-AZ DB cluster: one writer and two readable standbys. */
  RDS_MULTI_AZ,
  /** An Aurora cluster. */
  AURORA;

  /** True if AWS runs it, so that its API knows of it. */
  public boolean ofRds() {
    return this == RDS || this == RDS_MULTI_AZ || this == AURORA;
  }
}
