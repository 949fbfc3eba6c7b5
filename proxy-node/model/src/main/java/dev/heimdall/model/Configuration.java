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
 */
public record Configuration(
    NodeSettings node,
    Map<String, DataSource> sources,
    Map<String, Driver> drivers,
    Map<String, VirtualDatabase> vdbs,
    Map<String, RuleList> rules,
    Map<String, User> users) {
  public Configuration {
    sources = Collections.unmodifiableMap(new TreeMap<>(sources));
    drivers = Collections.unmodifiableMap(new TreeMap<>(drivers));
    vdbs = Collections.unmodifiableMap(new TreeMap<>(vdbs));
    rules = Collections.unmodifiableMap(new TreeMap<>(rules));
    users = Collections.unmodifiableMap(new TreeMap<>(users));
  }

  /** The driver of a data source. */
  public Driver driverOf(DataSource source) {
    return drivers.get(source.driverName());
  }

  /** The files that the documents name (certificates and keys), for whoever watches them. */
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
