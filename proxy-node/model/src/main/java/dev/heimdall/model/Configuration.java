package dev.heimdall.model;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One whole, checked configuration. The maps are by object name, in alphabetical order.
 *
 * @param node the node's own settings
 * @param sources the databases
 * @param drivers how connections are spread over clusters: the documents, and the built-in ones
 * @param vdbs what clients connect to
 * @param rules lists of rules, used by VDBs or not
 * @param users who may log in
 * @param byArn sources that are named by an ARN alone; those of them that are pending are not among
 *     {@code sources}, nor are virtual databases that wait for them among {@code vdbs}
 */
public record Configuration(
    NodeSettings node,
    Map<String, DataSource> sources,
    Map<String, Driver> drivers,
    Map<String, VirtualDatabase> vdbs,
    Map<String, RuleList> rules,
    Map<String, User> users,
    SourcesByArn byArn) {
  public Configuration {
    sources = Collections.unmodifiableMap(new TreeMap<>(sources));
    drivers = Collections.unmodifiableMap(new TreeMap<>(drivers));
    vdbs = Collections.unmodifiableMap(new TreeMap<>(vdbs));
    rules = Collections.unmodifiableMap(new TreeMap<>(rules));
    users = Collections.unmodifiableMap(new TreeMap<>(users));
  }

  /** One in which each source has a URL. */
  public Configuration(
      NodeSettings node,
      Map<String, DataSource> sources,
      Map<String, Driver> drivers,
      Map<String, VirtualDatabase> vdbs,
      Map<String, RuleList> rules,
      Map<String, User> users) {
    this(node, sources, drivers, vdbs, rules, users, SourcesByArn.none());
  }

  /** With what is pending among all others, for who reads documents and asks no servers. */
  public Configuration all() {
    Map<String, DataSource> allSources = new TreeMap<>(sources);
    allSources.putAll(byArn.pending());
    Map<String, VirtualDatabase> allVdbs = new TreeMap<>(vdbs);
    allVdbs.putAll(byArn.waiting());
    return new Configuration(node, allSources, drivers, allVdbs, rules, users, byArn);
  }

  /** The driver of a data source. */
  public Driver driverOf(DataSource source) {
    return drivers.get(source.driverName());
  }

  /** The files that the documents name (certificates and keys), for their watchers. */
  public NavigableSet<Path> referencedFiles() {
    NavigableSet<Path> files = new TreeSet<>();
    for (DataSource source : sources.values()) {
      source.tls().caFile().ifPresent(files::add);
      source.tls().certificateFile().ifPresent(files::add);
      source.tls().keyFile().ifPresent(files::add);
    }
    for (VirtualDatabase vdb : vdbs.values()) {
      vdb.tls().certificateFile().ifPresent(files::add);
      vdb.tls().keyFile().ifPresent(files::add);
      vdb.tls().clientCaFile().ifPresent(files::add);
    }
    node.peers().forEach(peer -> peer.tls().caFile().ifPresent(files::add));
    node.store().tls().caFile().ifPresent(files::add);
    node.manager().caFile().ifPresent(files::add);
    return files;
  }
}
