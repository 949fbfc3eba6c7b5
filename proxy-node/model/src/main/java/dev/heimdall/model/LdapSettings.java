package dev.heimdall.model;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The directory that decides on log-ins by the method {@code ldap}. */
public record LdapSettings(
    @Setting(
            value =
                "The directory's servers, queried in this order: `ldaps://host` or `ldap://host`,"
                    + " each with or without a port (636, 389). One that does not answer within"
                    + " `timeout` is skipped, and for 30 seconds queried after the others. Needed by"
                    + " rules with the method `ldap`.",
            byDefault = "[]",
            format = Format.LDAP_SERVER,
            applies = Applies.NEW_CONNECTIONS)
        List<String> servers,
    @Setting(
            value =
                "Whether connections to `ldap://` servers begin with StartTLS. `false` sends"
                    + " passwords to them in clear text.",
            byDefault = "true",
            applies = Applies.NEW_CONNECTIONS)
        boolean startTls,
    @Setting(
            value =
                "The certificate authorities of the servers (PEM). Certificates and host names are"
                    + " always checked.",
            otherwise = "those of the Java runtime",
            applies = Applies.NEW_CONNECTIONS)
        Optional<Path> caFile,
    @Setting(
            value =
                "The name that a user binds with, with `{user}` in place of the user name:"
                    + " `uid={user},ou=people,dc=example,dc=com`, or for Active Directory"
                    + " `{user}@example.com`, which needs `searchBase`. Without it the user's entry"
                    + " is searched for.",
            applies = Applies.NEW_CONNECTIONS)
        Optional<String> userDn,
    @Setting(
            value = "Whom the node binds as to search, without `userDn`.",
            otherwise = "an anonymous bind",
            applies = Applies.NEW_CONNECTIONS)
        Optional<String> bindDn,
    @Setting(value = "The password of `bindDn`.", applies = Applies.NEW_CONNECTIONS)
        Optional<Secret> bindPassword,
    @Setting(
            value = "The entry below which users are searched for. Needed without `userDn`.",
            applies = Applies.NEW_CONNECTIONS)
        Optional<String> searchBase,
    @Setting(
            value =
                "The filter that finds a user's entry, with `{user}` in place of the user name. For"
                    + " Active Directory: `(sAMAccountName={user})`. An attribute that is compared"
                    + " with `{user}` has to have the name as it was given, in upper and lower"
                    + " case.",
            byDefault = "(uid={user})",
            format = Format.LDAP_FILTER,
            applies = Applies.NEW_CONNECTIONS)
        String searchFilter,
    @Setting(
            value =
                "The attribute of a user's entry that names its groups. Of a distinguished name the"
                    + " first value counts: `cn=reports,ou=groups,…` is the group `reports`. Not"
                    + " used with `groupBase`.",
            byDefault = "memberOf",
            format = Format.LDAP_ATTRIBUTE,
            applies = Applies.NEW_CONNECTIONS)
        String groupAttribute,
    @Setting(
            value = "The entry below which a user's groups are searched for, by `groupFilter`.",
            otherwise = "groups are read from `groupAttribute`",
            applies = Applies.NEW_CONNECTIONS)
        Optional<String> groupBase,
    @Setting(
            value =
                "The filter that finds a user's groups, with `{dn}` in place of the name of the"
                    + " user's entry and `{user}` in place of the user name. Nested groups of Active"
                    + " Directory: `(member:1.2.840.113556.1.4.1941:={dn})`.",
            byDefault = "(member={dn})",
            format = Format.LDAP_FILTER,
            applies = Applies.NEW_CONNECTIONS)
        String groupFilter,
    @Setting(
            value = "The attribute that a group found by `groupFilter` is called by.",
            byDefault = "cn",
            format = Format.LDAP_ATTRIBUTE,
            applies = Applies.NEW_CONNECTIONS)
        String groupName,
    @Setting(
            value = "How long a server may take to be connected to, and for each reply.",
            byDefault = "3s",
            range = "100ms..1m",
            applies = Applies.NEW_CONNECTIONS)
        Duration timeout,
    @Setting(
            value =
                "How long an accepted password and the user's groups are remembered. So long may a"
                    + " user still log in whom the directory no longer accepts.",
            byDefault = "1m",
            range = "1s..1h",
            zero = "the directory is queried at each log-in",
            applies = Applies.NEW_CONNECTIONS)
        Duration keepAccepted,
    @Setting(
            value = "How long a rejected password is remembered.",
            byDefault = "5s",
            range = "1s..1h",
            zero = "the directory is queried at each log-in",
            applies = Applies.NEW_CONNECTIONS)
        Duration keepRejected,
    @Setting(
            value =
                "Log-ins that query the directory at the same time. Others wait, and addresses of"
                    + " clients take turns.",
            byDefault = "8",
            range = "1..256",
            unit = "log-ins",
            applies = Applies.NEW_CONNECTIONS)
        int concurrency,
    @Setting(
            value =
                "Log-ins that wait for that, half of them from one address. One more is rejected"
                    + " with 53300.",
            byDefault = "1000",
            range = "2..100000",
            unit = "log-ins",
            applies = Applies.NEW_CONNECTIONS)
        int waiting,
    @Setting(
            value =
                "Whether clients of PostgreSQL may send their password for the method `ldap` over a"
                    + " connection without TLS. It can be read on the way then.",
            byDefault = "false",
            applies = Applies.NEW_CONNECTIONS)
        boolean clearText) {
  /** Placeholder for the user name. */
  public static final String USER = "{user}";

  public LdapSettings {
    servers = List.copyOf(servers);
  }

  /** Every setting at its default: no directory. */
  public static LdapSettings defaults() {
    return Shape.of(LdapSettings.class).defaults();
  }

  /** True if there is a directory. */
  public boolean any() {
    return !servers.isEmpty();
  }

  void check(StrictDocument.Findings in) {
    if (in.sound("$.ldap.bindDn", "$.ldap.bindPassword")) {
      if (bindDn.isPresent() && bindPassword.isEmpty()) {
        in.problem(
            "$.ldap.bindPassword",
            "nothing",
            "the password of \"bindDn\": a bind without one is anonymous");
      } else if (bindDn.isEmpty() && bindPassword.isPresent()) {
        in.problem("$.ldap.bindDn", "nothing", "whom \"bindPassword\" is the password of");
      }
    }
    if (bindPassword.filter(secret -> secret.value().isEmpty()).isPresent()
        && in.sound("$.ldap.bindPassword")) {
      in.problem("$.ldap.bindPassword", "an empty password", "a password with characters");
    }
    if (in.sound("$.ldap.userDn") && userDn.filter(name -> !name.contains(USER)).isPresent()) {
      in.problem(
          "$.ldap.userDn", JsonValue.quote(userDn.get()), "a name with {user} for the user name");
    }
    if (in.sound("$.ldap.searchFilter") && !searchFilter.contains(USER)) {
      in.problem(
          "$.ldap.searchFilter",
          JsonValue.quote(searchFilter),
          "a filter with {user} for the user name");
    }
    if (in.sound("$.ldap.servers", "$.ldap.userDn", "$.ldap.searchBase")
        && any()
        && searchBase.isEmpty()
        && userDn.filter(name -> name.contains("=")).isEmpty()) {
      in.problem(
          "$.ldap.searchBase",
          "nothing",
          "the entry below which users are found, or a distinguished name as \"userDn\", such as"
              + " \"uid={user},ou=people,dc=example,dc=com\"");
    }
  }
}
