package dev.heimdall.manager;

import dev.heimdall.manager.login.PasswordPlace;
import dev.heimdall.manager.oidc.OpenIdSettings;
import dev.heimdall.manager.web.PemFiles;
import dev.heimdall.manager.web.TrustedProxies;
import dev.heimdall.model.ManagerDirectory;
import dev.heimdall.model.RegionFacts;
import dev.heimdall.model.Secret;
import dev.heimdall.secrets.StoreLocation;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Settings that a manager runs with.
 *
 * @param place the configuration that it edits
 * @param own where what is the manager's alone is kept; empty: nowhere
 * @param address where it listens: a name or an address
 * @param port 0: any
 * @param tls empty: without
 * @param proxies that are believed what they report of their clients
 * @param password where that of the user {@code admin} is
 * @param openId with which provider people log in besides; empty: with none
 * @param directory which knows people besides; empty: none does
 * @param version which it tells
 * @param nodeKey what a node that runs beside it signs with; empty: there is none
 * @param figures the directory in which figures are kept; empty: they end with the manager
 * @param facts what is different in the region; unknown: documents may refer to anything
 */
public record ControlPlaneSettings(
    StoreLocation place,
    Optional<StoreLocation> own,
    String address,
    int port,
    Optional<PemFiles> tls,
    TrustedProxies proxies,
    PasswordPlace password,
    Optional<OpenIdSettings> openId,
    Optional<ManagerDirectory> directory,
    String version,
    Optional<Secret> nodeKey,
    Optional<Path> figures,
    RegionFacts facts) {
  /** Directories that it writes to. */
  List<Path> directories() {
    return Stream.concat(
            Stream.of(Optional.of(place), own)
                .flatMap(Optional::stream)
                .filter(StoreLocation.Directory.class::isInstance)
                .map(location -> ((StoreLocation.Directory) location).path()),
            figures.stream())
        .toList();
  }
}
