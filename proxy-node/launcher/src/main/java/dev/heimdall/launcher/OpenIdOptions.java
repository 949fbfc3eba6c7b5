package dev.heimdall.launcher;

import dev.heimdall.launcher.conf.OpenIdKeys;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Settings of a provider of OpenID Connect: options of the commands that run the manager. */
final class OpenIdOptions {
  @Option(
      names = "--manager-url",
      paramLabel = "URL",
      description =
          "Where browsers reach the manager, for log-ins with OpenID Connect:" + " https://HOST.")
  private String manager;

  @Option(
      names = "--oidc-issuer",
      paramLabel = "URL",
      description = "The issuer of a provider of OpenID Connect with which people can log" + " in.")
  private String issuer;

  @Option(
      names = "--oidc-client-id",
      paramLabel = "ID",
      description = "The id of the client that the manager is to that provider.")
  private String client;

  @Option(
      names = "--oidc-client-secret",
      paramLabel = "SECRET",
      description =
          "The name or ARN of the secret of Secrets Manager that holds the"
              + " client's secret: as its text, or as \"password\" of an object.")
  private String secret;

  @Option(
      names = "--oidc-client-secret-file",
      paramLabel = "FILE",
      description = "Instead of that, a file whose first line it is.")
  private Path secretFile;

  @Option(
      names = "--oidc-scopes",
      paramLabel = "SCOPES",
      description = "What is asked for, with blanks between. Default: openid email")
  private String scopes;

  @Option(
      names = "--oidc-name-claim",
      paramLabel = "CLAIM",
      description = "The claim that people are called by. Default: email")
  private String name;

  @Option(
      names = "--oidc-roles-claim",
      paramLabel = "CLAIM",
      description = "The claim that says what they may do. Default: groups")
  private String roles;

  @Option(
      names = "--oidc-admins",
      paramLabel = "VALUES",
      description = "Its values, with commas between, that make an admin.")
  private String admins;

  @Option(
      names = "--oidc-auditors",
      paramLabel = "VALUES",
      description = "The same for the role audit.")
  private String auditors;

  @Option(
      names = "--oidc-readers",
      paramLabel = "VALUES",
      description = "The same for the role read_only.")
  private String readers;

  @Option(
      names = "--oidc-provider-name",
      paramLabel = "NAME",
      description = "What the provider is called. Default: single sign-on")
  private String words;

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  OpenIdKeys keys() {
    if (secret != null && secretFile != null) {
      throw new ParameterException(
          spec.commandLine(),
          "--oidc-client-secret and --oidc-client-secret-file are two secrets: leave one out.");
    }
    return new OpenIdKeys(
        Optional.ofNullable(manager),
        Optional.ofNullable(issuer),
        Optional.ofNullable(client),
        Optional.ofNullable(secret),
        Optional.ofNullable(secretFile),
        Optional.ofNullable(scopes),
        Optional.ofNullable(name),
        Optional.ofNullable(roles),
        Optional.ofNullable(admins),
        Optional.ofNullable(auditors),
        Optional.ofNullable(readers),
        Optional.ofNullable(words));
  }
}
