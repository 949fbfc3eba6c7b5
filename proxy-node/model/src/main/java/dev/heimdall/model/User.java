package dev.heimdall.model;

import java.util.List;
import java.util.Optional;

/** User who may log in: {@code users/<name>.json}. */
public record User(
    @Setting(
            value = "The user name that clients give.",
            otherwise = "the file's base name",
            format = Format.IDENTIFIER)
        String name,
    @Setting(
            value = "The password in plain text. Not together with `verifier`.",
            applies = Applies.NEW_CONNECTIONS)
        Optional<Secret> password,
    @Setting(
            value =
                "What PostgreSQL keeps in `pg_authid.rolpassword`:"
                    + " `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey`, or `md5` and 32"
                    + " hexadecimal digits. Or what MySQL and MariaDB keep in"
                    + " `mysql.user.authentication_string`: `*` and 40 hexadecimal digits, or"
                    + " `$A$005$…`, also as `0x…`; such users need a rule with the method"
                    + " `password`.",
            format = Format.VERIFIER,
            applies = Applies.NEW_CONNECTIONS)
        Optional<Secret> verifier,
    @Setting(
            value = "May use the admin database.",
            byDefault = "false",
            applies = Applies.NEW_CONNECTIONS)
        boolean admin,
    @Setting(
            value =
                "May use the `SHOW` commands of the admin database, as exporters of metrics do.",
            byDefault = "false",
            applies = Applies.NEW_CONNECTIONS)
        boolean stats,
    @Setting(
            value = "The VDBs that the user may enter; an empty list means all of them.",
            byDefault = "[]",
            format = Format.NAME,
            applies = Applies.NEW_CONNECTIONS)
        List<String> vdbs,
    @Setting(
            value = "The user at the server, where the VDB's `credentials` is `user`.",
            otherwise = "the user's name",
            format = Format.IDENTIFIER,
            applies = Applies.NEW_CONNECTIONS)
        Optional<String> serverUser,
    @Setting(
            value = "The password at the server, where the VDB's `credentials` is `user`.",
            otherwise = "`password`",
            applies = Applies.NEW_CONNECTIONS)
        Optional<Secret> serverPassword,
    @Setting(
            value = "Client connections of this user, over all VDBs of the node.",
            byDefault = "0",
            range = "1..1000000",
            unit = "connections",
            zero = "no limit of its own",
            applies = Applies.NEW_CONNECTIONS)
        int maxClients,
    @Setting(
            value = "Server connections of this user in each VDB.",
            byDefault = "0",
            range = "1..100000",
            unit = "connections",
            zero = "no limit of its own")
        int maxServerConnections) {
  public User {
    vdbs = List.copyOf(vdbs);
  }

  /** Rights of the user at the console. */
  public ConsoleRight consoleRight() {
    return admin ? ConsoleRight.ALL : stats ? ConsoleRight.SHOW : ConsoleRight.NONE;
  }
}
