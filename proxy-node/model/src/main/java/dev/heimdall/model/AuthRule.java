package dev.heimdall.model;

import java.util.List;

/** One line of a VDB's authentication table, read like a line of pg_hba.conf. */
public record AuthRule(
    @Setting(
            value = "Connections the rule is for: all, only with TLS, only without.",
            byDefault = "host",
            applies = Applies.NEW_CONNECTIONS)
        ConnectionType type,
    @Setting(
            value = "Database names as clients write them; `all` stands for every name.",
            byDefault = "[\"all\"]",
            format = Format.IDENTIFIER,
            applies = Applies.NEW_CONNECTIONS)
        List<String> databases,
    @Setting(
            value = "User names; `all` stands for every user.",
            byDefault = "[\"all\"]",
            format = Format.IDENTIFIER,
            applies = Applies.NEW_CONNECTIONS)
        List<String> users,
    @Setting(
            value = "The network that the client comes from, or `all`.",
            byDefault = "all",
            format = Format.NETWORK_OR_ALL,
            applies = Applies.NEW_CONNECTIONS)
        Cidr address,
    @Setting(
            value =
                "How the client proves who it is. `password` is clear text and needs the type"
                    + " `hostssl`, as `cert` does. With `ldap` the directory of `ldap` in node.json"
                    + " checks the password. For MySQL and MariaDB `password` and `ldap` stand for"
                    + " their own methods, which protect it without TLS too, and there is neither"
                    + " `scram-sha-256` nor `md5`.",
            required = true,
            applies = Applies.NEW_CONNECTIONS)
        AuthMethod method,
    @Setting(
            value =
                "Groups of the directory, of which the user must be in one. With the method `ldap`"
                    + " only; an empty list admits everyone whom the directory accepts.",
            byDefault = "[]",
            applies = Applies.NEW_CONNECTIONS)
        List<String> groups) {
  /** The entry of {@link #databases} and {@link #users} that stands for every name. */
  public static final String ALL = "all";

  public AuthRule {
    databases = List.copyOf(databases);
    users = List.copyOf(users);
    groups = List.copyOf(groups);
  }
}
