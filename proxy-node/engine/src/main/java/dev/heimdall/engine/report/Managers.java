package dev.heimdall.engine.report;

import dev.heimdall.model.ManagerSettings;
import dev.heimdall.model.NodeSettings;
import dev.heimdall.model.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The managers that a node reports to.
 *
 * @param instances how many of them are behind each URL
 * @param keys one a line; the first one signs
 * @param caFile what certificates are checked by; empty: by what the Java runtime trusts
 * @param certificate the only one that is accepted, whatever name is in it; empty: see {@code
 *     caFile}
 */
public record Managers(
    List<URI> uris,
    int instances,
    Secret keys,
    Duration every,
    Optional<Path> caFile,
    Optional<Path> certificate) {
  private static final Managers NONE =
      new Managers(
          List.of(), 1, new Secret(""), Duration.ofSeconds(2), Optional.empty(), Optional.empty());

  public Managers {
    uris = List.copyOf(uris);
  }

  /**
   * Those that the configuration names; if it names none, the one beside the node.
   *
   * @param beside empty: there is none
   */
  public static Managers of(NodeSettings node, Optional<Managers> beside) {
    ManagerSettings settings = node.manager();
    return settings.urls().isEmpty() || node.reportKey().isEmpty()
        ? beside.orElse(NONE)
        : new Managers(
            settings.uris(),
            settings.instances(),
            node.reportKey().get(),
            settings.every(),
            settings.caFile(),
            Optional.empty());
  }
}
