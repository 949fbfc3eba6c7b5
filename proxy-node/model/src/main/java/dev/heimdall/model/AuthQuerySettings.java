package dev.heimdall.model;

import java.time.Duration;
import java.util.Optional;

/** Users that have no document, as the database's own catalogue has them. */
public record AuthQuerySettings(
    @Setting(
            value =
                "Whether the database is queried for users who have no document: for what PostgreSQL"
                    + " keeps of their passwords. For PostgreSQL only.",
            byDefault = "false",
            applies = Applies.NEW_CONNECTIONS)
        boolean enabled,
    @Setting(
            value =
                "Who queries. For the default of `sql` a superuser; better a role that may only call"
                    + " a function of yours.",
            otherwise = "the source's `user`",
            format = Format.IDENTIFIER,
            applies = Applies.NEW_CONNECTIONS)
        Optional<String> user,
    @Setting(
            value = "That user's password.",
            otherwise = "the source's `password`",
            applies = Applies.NEW_CONNECTIONS)
        Optional<Secret> password,
    @Setting(
            value = "The database that is queried, by the server's name.",
            otherwise = "that of the source's `url`, else `postgres`",
            format = Format.IDENTIFIER,
            applies = Applies.NEW_CONNECTIONS)
        Optional<String> database,
    @Setting(
            value =
                "The query: `$1` is the user name, as a parameter. It returns no row, or one with"
                    + " the name and what PostgreSQL keeps of the password, a SCRAM verifier or"
                    + " `md5…`; NULL lets the user in by no password.",
            byDefault =
                "SELECT rolname, CASE WHEN rolvaliduntil < pg_catalog.now() THEN NULL ELSE"
                    + " rolpassword END FROM pg_catalog.pg_authid WHERE rolname = $1 AND"
                    + " rolcanlogin",
            format = Format.PROSE,
            applies = Applies.NEW_CONNECTIONS)
        String sql,
    @Setting(
            value =
                "How long an answer is used, also that there is no such user. A changed password"
                    + " counts after that at the latest.",
            byDefault = "5s",
            range = "100ms..1h",
            applies = Applies.NEW_CONNECTIONS)
        Duration keep,
    @Setting(
            value = "How long the server may take to answer.",
            byDefault = "5s",
            range = "1s..1m",
            applies = Applies.NEW_CONNECTIONS)
        Duration timeout) {
  /** Every setting at its default. */
  public static AuthQuerySettings defaults() {
    return Shape.of(AuthQuerySettings.class).defaults();
  }

  /** The query as drivers take it. */
  public String prepared() {
    return sql.replace("?", "??").replace("$1", "?");
  }
}
