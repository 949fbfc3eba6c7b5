package dev.heimdall.launcher;

import dev.heimdall.launcher.conf.HeimdallConf;
import dev.heimdall.launcher.conf.ManagerKeys;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Settings of the manager: options of the commands that run it. */
final class ManagerOptions {
  @Option(
      names = "--manager-address",
      paramLabel = "ADDRESS",
      description = "Where the manager listens. Default: 127.0.0.1; 0.0.0.0 is everywhere.")
  private String address;

  @Option(
      names = "--manager-port",
      paramLabel = "PORT",
      description = "The port that it listens on. Default: 8087")
  private Integer port;

  @Option(
      names = "--manager-secret",
      paramLabel = "SECRET",
      description =
          "The name or ARN of the secret of Secrets Manager that holds the password of the user"
              + " admin: as its text, or as \"password\" of an object.")
  private String secret;

  @Option(
      names = "--manager-password-file",
      paramLabel = "FILE",
      description =
          "Instead of that, a file whose first line it is. Without both one is made, in"
              + " manager-password of --state.")
  private Path passwordFile;

  @Option(
      names = "--manager-certificate",
      paramLabel = "FILE",
      description = "With what the manager shows itself in TLS: certificates in PEM.")
  private Path certificate;

  @Option(
      names = "--manager-key",
      paramLabel = "FILE",
      description = "The first one's key, PKCS #8 in PEM.")
  private Path key;

  @Option(
      names = "--manager-store",
      paramLabel = "PLACE",
      description =
          "Where what is the manager's own is kept, such as its history: a directory,"
              + " s3://BUCKET/PREFIX or secret:NAME. Default: the configuration's place with"
              + " -manager behind it.")
  private String store;

  @Option(
      names = "--manager-trusted-proxies",
      paramLabel = "NETWORKS",
      description =
          "The networks of proxies before the manager that are believed what they write into"
              + " X-Forwarded-For, with commas between. Default: none.")
  private String trustedProxies;

  @Option(
      names = "--ldap-file",
      paramLabel = "FILE",
      description =
          "The document that names an LDAP directory whose people can log in, and its groups that"
              + " give roles. Default: none.")
  private Path ldapFile;

  @Mixin private OpenIdOptions openId;

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  /** Settings that apply: options go before the machine's file. */
  ManagerKeys keys(Optional<HeimdallConf> conf) {
    refuse(
        secret != null && passwordFile != null,
        "--manager-secret and --manager-password-file are two passwords: leave one out.");
    refuse(
        (certificate == null) != (key == null),
        "--manager-certificate and --manager-key go together.");
    refuse(
        port != null && (port < 0 || port > 65535),
        "--manager-port is %d; it may be 1 to 65535.".formatted(port));
    return new ManagerKeys(
            Optional.ofNullable(address),
            Optional.ofNullable(port),
            Optional.ofNullable(secret),
            Optional.ofNullable(passwordFile),
            Optional.ofNullable(certificate),
            Optional.ofNullable(key),
            Optional.ofNullable(store),
            Optional.ofNullable(trustedProxies),
            Optional.ofNullable(ldapFile),
            openId.keys())
        .or(conf.map(HeimdallConf::manager).orElse(ManagerKeys.none()));
  }

  private void refuse(boolean wrong, String message) {
    if (wrong) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }
}
