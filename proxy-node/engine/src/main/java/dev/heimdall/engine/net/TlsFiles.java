package dev.heimdall.engine.net;

import dev.heimdall.directory.DirectoryLogIns;
import dev.heimdall.model.BackendTls;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.LdapSettings;
import dev.heimdall.model.Peer;
import dev.heimdall.model.Secret;
import dev.heimdall.model.StoreSettings;
import dev.heimdall.model.VirtualDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Checks that the files which a configuration names for TLS have the right content, and that its
 * settings for a directory can be understood. A node asks this before it takes a configuration
 * over, and so does the check of one: what the first would refuse the second is not to call right.
 */
public final class TlsFiles {
  /**
   * Fault in one of them.
   *
   * @param document that names it
   * @param fault what is wrong; it names the setting and the file
   * @param ofThisMachine whether no document names the file: it is missing here, and may be there
   *     where the node runs
   */
  public record Fault(String document, String fault, boolean ofThisMachine) {
    @Override
    public String toString() {
      return document + ": " + fault;
    }
  }

  private final List<Fault> faults = new ArrayList<>();

  /**
   * Results of checked settings: many documents may have the same ones, and keys take time to be
   * tried.
   */
  private final Map<Object, Optional<String>> known = new HashMap<>();

  private final OwnCertificate own = new OwnCertificate();

  private TlsFiles() {}

  /** Everything that is wrong with those that the node would read. */
  public static List<Fault> faults(Configuration configuration) {
    TlsFiles files = new TlsFiles();
    files.all(configuration);
    return List.copyOf(files.faults);
  }

  private void all(Configuration configuration) {
    for (Peer peer : configuration.node().peers()) {
      check(
          "node.json",
          "peer %d, ".formatted(peer.id()),
          false,
          peer.tls(),
          () -> TlsContexts.forPeer(peer.tls()));
    }
    StoreSettings store = configuration.node().store();
    if (!store.servers().isEmpty()) {
      check("node.json", "store, ", false, store.tls(), () -> TlsContexts.forStore(store.tls()));
    }
    LdapSettings ldap = configuration.node().ldap();
    if (ldap.any()) {
      check(
          "node.json",
          "",
          false,
          ldap,
          () -> {
            DirectoryLogIns.check(ldap);
            return ldap;
          });
    }
    Set<String> used = new TreeSet<>();
    for (VirtualDatabase vdb : configuration.vdbs().values()) {
      used.add(vdb.source());
      used.addAll(vdb.ruleSources());
      if (vdb.tls().certificate().filter(Secret::isUnread).isEmpty()) {
        check(
            "vdbs/" + vdb.name() + ".json",
            "",
            false,
            vdb.tls(),
            () -> TlsContexts.forClients(vdb.tls(), List.of(), own));
      }
    }
    for (String name : used) {
      DataSource source = configuration.sources().get(name);
      boolean missingHere =
          source.tls().caFile().filter(BackendTls.RDS_AUTHORITIES::equals).isPresent()
              && !Files.isReadable(BackendTls.RDS_AUTHORITIES);
      check(
          "sources/" + name + ".json",
          "",
          missingHere,
          source.tls(),
          () -> TlsContexts.forServer(source.tls(), List.of()));
    }
  }

  private void check(
      String document, String of, boolean ofThisMachine, Object settings, Reader reader) {
    known
        .computeIfAbsent(settings, key -> fault(reader))
        .ifPresent(fault -> faults.add(new Fault(document, of + fault, ofThisMachine)));
  }

  private static Optional<String> fault(Reader reader) {
    try {
      reader.read();
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e.getMessage());
    }
  }

  /** Reads what settings name. */
  private interface Reader {
    Object read() throws IOException;
  }
}
