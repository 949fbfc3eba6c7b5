package dev.heimdall.model;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The managers that the node reports to. */
public record ManagerSettings(
    @Setting(
            value =
                "Where the managers of the fleet are, such as `[\"https://manager.example:8087\"]`:"
                    + " each of them gets the node's reports, and may send it commands. None: the"
                    + " node reports to none.",
            byDefault = "[]",
            format = Format.ENDPOINT)
        List<String> urls,
    @Setting(
            value =
                "What nodes and managers sign their messages to each other with. A key of 32"
                    + " characters or more, or two, one a line: the first one signs, either is"
                    + " accepted. The same for all nodes and managers.",
            otherwise = "`fleetKey`")
        Optional<Secret> key,
    @Setting(
            value =
                "How many managers are behind each of `urls`, as behind a load balancer: the node"
                    + " reports to each of them.",
            byDefault = "1",
            range = "1..4")
        int instances,
    @Setting(value = "How often the node reports.", byDefault = "2s", range = "100ms..1m")
        Duration every,
    @Setting(
            value =
                "The certificate authorities that the certificates of managers with `https` are"
                    + " checked by (PEM).",
            otherwise = "those of the Java runtime")
        Optional<Path> caFile) {
  public ManagerSettings {
    urls = List.copyOf(urls);
  }

  /** Every setting at its default: no manager. */
  public static ManagerSettings defaults() {
    return Shape.of(ManagerSettings.class).defaults();
  }

  /** Addresses of the managers. */
  public List<URI> uris() {
    return urls.stream().map(URI::create).toList();
  }
}
