/**
 * Has the RDS API asked about the clusters that data sources are, by one node of a fleet a region,
 * and publishes what it says as a topology document ({@link dev.heimdall.engine.rds.RdsWatch}),
 * which goes the way of all documents.
 */
package dev.heimdall.engine.rds;
