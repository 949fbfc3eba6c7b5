package dev.heimdall.launcher.conf;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** A key of the file, with what may stand behind it. */
enum ConfKey {
  ROLE("hdRole", "proxy, server or both", "(?i)proxy|server|both"),
  USER("hduser", "the name of a user", ".{1,128}"),
  PASSWORD("hdpassword", "a password", ".{1,1024}"),
  CONFIG_DIRECTORY("configDirectory", "an absolute path", "/.*"),
  CONFIG_SOURCE(
      "configSource",
      "where the configuration is: s3://BUCKET/PREFIX or file:/DIRECTORY",
      "s3://.+|file:/.+"),
  SECRET_KEY(
      "hdSecretKey",
      "the name or ARN of the secret that holds the configuration",
      "[A-Za-z0-9/_+=.@:-]+([?].*)?"),
  REGION_FACTS("regionFacts", "an absolute path", "/.+"),
  REGION("region", "an AWS region such as eu-west-1", "[a-z]{2}(-[a-z]+){1,3}-[0-9]{1,2}"),
  MEMORY(
      "memory",
      "a size such as 3GiB, or a part of the machine's such as 75%",
      Amounts.SIZE + "|(100|[1-9][0-9]?)%"),
  HEAP_MEMORY("heapMemory", "a size such as 1536MiB", Amounts.SIZE),
  DIRECT_MEMORY("directMemory", "a size such as 512MiB", Amounts.SIZE),
  LIFECYCLE_HOOK("lifecycleHook", "the name of a lifecycle hook", "[A-Za-z0-9_/-]{1,255}"),
  AUTO_SCALING_GROUP("autoScalingGroup", "the name of an Auto Scaling group", "[^:]{1,255}"),
  SCALE_IN_PATIENCE("scaleInPatience", "a time such as 5m", Amounts.TIME),
  NODE_NAME(
      "nodeName",
      "1 to 64 letters, digits, \".\", \"_\" and \"-\"",
      "[A-Za-z0-9][A-Za-z0-9._-]{0,63}"),
  STATE_KEY("stateKey", "an absolute path", "/.+"),
  UPDATE(
      "update",
      "newest, off, or pinned and a version such as pinned 0.1.0",
      "newest|off|pinned +[0-9]+([.][0-9]+){2}(-[0-9A-Za-z.]+)?"),
  UPDATE_URL("updateUrl", "where releases are published: https://HOST/PATH", "https?://\\S+"),
  MANAGER_ADDRESS(
      "managerAddress", "an address or a name of this machine", "[A-Za-z0-9.:-]{1,253}"),
  MANAGER_PORT("managerPort", "a port from 1 to 65535", Amounts.PORT),
  MANAGER_SECRET(
      "managerSecret",
      "the name or ARN of the secret that holds the manager's password",
      "[A-Za-z0-9/_+=.@:-]+([?].*)?"),
  MANAGER_PASSWORD_FILE("managerPasswordFile", "an absolute path", "/.+"),
  MANAGER_CERTIFICATE("managerCertificate", "an absolute path", "/.+"),
  MANAGER_KEY("managerKey", "an absolute path", "/.+"),
  MANAGER_STORE(
      "managerStore",
      "where the manager's own documents are: an absolute path, s3://BUCKET/PREFIX or secret:NAME",
      "/.+|file:/.+|s3://.+|secret:.+"),
  MANAGER_TRUSTED_PROXIES(
      "managerTrustedProxies",
      "networks such as 10.0.0.0/24, with commas between them",
      "[0-9A-Fa-f:./]+( *, *[0-9A-Fa-f:./]+)*"),
  LDAP_FILE("ldapFile", "an absolute path", "/.+"),
  MANAGER_URL("managerUrl", "where browsers reach the manager: https://HOST", "https?://.+"),
  OIDC_ISSUER("oidcIssuer", "the issuer of a provider of OpenID Connect: https://…", "https?://.+"),
  OIDC_CLIENT_ID("oidcClientId", "the id of the client that the provider knows", "\\S{1,256}"),
  OIDC_CLIENT_SECRET(
      "oidcClientSecret",
      "the name or ARN of the secret that holds the client's secret",
      "[A-Za-z0-9/_+=.@:-]+([?].*)?"),
  OIDC_CLIENT_SECRET_FILE("oidcClientSecretFile", "an absolute path", "/.+"),
  OIDC_SCOPES("oidcScopes", "scopes with blanks between them, openid among them", ".{1,512}"),
  OIDC_NAME_CLAIM("oidcNameClaim", "the name of a claim", "\\S{1,256}"),
  OIDC_ROLES_CLAIM("oidcRolesClaim", "the name of a claim", "\\S{1,256}"),
  OIDC_ADMINS("oidcAdmins", "values of that claim, with commas between them", ".{1,2048}"),
  OIDC_AUDITORS("oidcAuditors", "values of that claim, with commas between them", ".{1,2048}"),
  OIDC_READERS("oidcReaders", "values of that claim, with commas between them", ".{1,2048}"),
  OIDC_PROVIDER_NAME("oidcProviderName", "what the provider is called", ".{1,64}");

  private final String spelling;
  private final String expected;
  private final Pattern form;

  ConfKey(String spelling, String expected, String form) {
    this.spelling = spelling;
    this.expected = expected;
    this.form = Pattern.compile(form);
  }

  /** The key that is written so; letters may be large or small. */
  static Optional<ConfKey> of(String written) {
    return Arrays.stream(values())
        .filter(key -> key.spelling.equalsIgnoreCase(written))
        .findFirst();
  }

  static List<String> spellings() {
    return Arrays.stream(values()).map(ConfKey::spelling).toList();
  }

  /** As the documentation has it. */
  String spelling() {
    return spelling;
  }

  /** Values that may stand behind it, for people. */
  String expected() {
    return expected;
  }

  /** True if its values must not be shown. */
  boolean secret() {
    return this == PASSWORD;
  }

  boolean allows(String value) {
    return form.matcher(value).matches();
  }

  /** The words that may stand behind it, where it is words. */
  List<String> words() {
    return this == ROLE
        ? Arrays.stream(Role.values()).map(role -> role.name().toLowerCase(Locale.ROOT)).toList()
        : List.of();
  }
}
