package dev.heimdall.launcher;

import dev.heimdall.launcher.conf.OpenIdKeys;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.manager.accounts.Role;
import dev.heimdall.manager.login.PasswordPlace;
import dev.heimdall.manager.oidc.OpenIdSettings;
import dev.heimdall.secrets.StoreLocation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The provider of OpenID Connect that the manager is to use, with what is not said filled in. */
final class LogInProvider {
  private static final String SCOPES = "openid email";
  private static final String NAME = "email";
  private static final String ROLES = "groups";
  private static final String WORDS = "single sign-on";

  private LogInProvider() {}

  /** The one that is named; empty: none. */
  static Optional<OpenIdSettings> of(OpenIdKeys keys) throws CommandFailure {
    if (keys.issuer().isEmpty() && keys.client().isEmpty()) {
      return Optional.empty();
    }
    if (keys.issuer().isEmpty() || keys.client().isEmpty() || keys.manager().isEmpty()) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "OpenID Connect needs oidcIssuer, oidcClientId and managerUrl, or the options"
              + " --oidc-issuer, --oidc-client-id and --manager-url");
    }
    try {
      return Optional.of(
          new OpenIdSettings(
                  OpenIdSettings.uri("managerUrl", keys.manager().get()),
                  OpenIdSettings.uri("oidcIssuer", keys.issuer().get()),
                  keys.client().get(),
                  secret(keys),
                  List.of(keys.scopes().orElse(SCOPES).strip().split("[ ,]+")),
                  keys.name().orElse(NAME),
                  keys.roles().orElse(ROLES),
                  Map.of(
                      Role.ADMIN, values(keys.admins()),
                      Role.AUDIT, values(keys.auditors()),
                      Role.READ_ONLY, values(keys.readers())),
                  keys.words().orElse(WORDS))
              .checked());
    } catch (OpenIdSettings.Unusable e) {
      throw new CommandFailure(ExitCode.STARTUP, e.getMessage(), e);
    }
  }

  private static Optional<PasswordPlace.External> secret(OpenIdKeys keys) throws CommandFailure {
    if (keys.secret().isPresent()) {
      return Optional.of(
          new PasswordPlace.InSecret(
              (StoreLocation.Secret) ConfigurationPlace.location("secret:" + keys.secret().get())));
    }
    return keys.secretFile().map(PasswordPlace.InFile::new);
  }

  private static Set<String> values(Optional<String> listed) {
    return listed.stream()
        .flatMap(text -> Stream.of(text.split(",")))
        .map(String::strip)
        .filter(value -> !value.isEmpty())
        .collect(Collectors.toUnmodifiableSet());
  }
}
