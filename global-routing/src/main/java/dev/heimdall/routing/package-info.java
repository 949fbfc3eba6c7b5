/**
 * Reports of AWS about database clusters: read from the RDS API ({@link
 * dev.heimdall.routing.RdsReader} for some, {@link dev.heimdall.routing.TopologyReader} for all of
 * a region), as values that can be passed on and written down ({@link
 * dev.heimdall.routing.TopologyDocument}). Nothing here knows a proxy, its configuration, or which
 * server really is the writer.
 */
package dev.heimdall.routing;
