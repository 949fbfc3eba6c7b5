/**
 * Has the RDS API asked about the clusters that data sources are, by one node of a fleet a region,
 * and passes on what it says ({@link dev.heimdall.engine.rds.RdsWatch}). What that is worth is
 * decided by those who hear it: who the writer is, servers say themselves.
 */
package dev.heimdall.engine.rds;
