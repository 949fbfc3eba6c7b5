package dev.heimdall.launcher.moving;

import java.util.List;
import java.util.Set;

/**
 * Hostgroups that are one cluster for Heimdall, with their servers.
 *
 * @param name of its data source and its virtual database
 * @param kind of the cluster; {@code none} for a single server
 * @param readers hostgroups whose servers only read
 * @param hostgroups all of them
 * @param servers each once, those that may write first
 * @param hostPattern where an Aurora cluster's servers are; empty for other kinds
 */
record ProxySqlCluster(
    String name,
    String kind,
    Set<Integer> readers,
    Set<Integer> hostgroups,
    List<ProxySqlServer> servers,
    String hostPattern) {
  boolean reads(int hostgroup) {
    return readers.contains(hostgroup);
  }
}
