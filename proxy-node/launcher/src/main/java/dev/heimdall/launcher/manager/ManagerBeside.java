package dev.heimdall.launcher.manager;

import dev.heimdall.engine.report.Managers;
import dev.heimdall.launcher.conf.ManagerKeys;
import dev.heimdall.model.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Settings by which a node and the manager that runs beside it reach each other, where the
 * configuration says nothing of managers.
 *
 * @param certificate what the manager shows in TLS; empty: it has none
 * @param key made for this run; both have it, and no others
 */
public record ManagerBeside(int port, Optional<Path> certificate, String address, Secret key) {
  private static final int PORT = 8087;
  private static final int KEY_BYTES = 32;
  private static final Duration EVERY = Duration.ofSeconds(2);

  /** One with a new key. */
  public static ManagerBeside of(ManagerKeys keys) {
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    return new ManagerBeside(
        keys.port().orElse(PORT),
        keys.certificate(),
        keys.address().filter(address -> !everywhere(address)).orElse("127.0.0.1"),
        new Secret(HexFormat.of().formatHex(key)));
  }

  private static boolean everywhere(String address) {
    return address.equals("0.0.0.0") || address.equals("::");
  }

  /** The manager as the node sees it. */
  public Managers managers() {
    String host = address.indexOf(':') < 0 ? address : "[" + address + "]";
    URI uri =
        URI.create("%s://%s:%d".formatted(certificate.isPresent() ? "https" : "http", host, port));
    return new Managers(List.of(uri), 1, key, EVERY, Optional.empty(), certificate);
  }
}
