package dev.heimdall.model;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Credentials of a data source that AWS keeps, in place of a password in its document. */
public record SourceCredentials(
    @Setting(
            value =
                "The name or ARN of a Secrets Manager secret with `username` and `password`, as RDS"
                    + " manages them: as whom the source logs in, in place of `user` and `password`."
                    + " Its rotation is followed while the node runs.",
            format = Format.SECRET,
            applies = Applies.NEW_CONNECTIONS)
        Optional<String> secret,
    @Setting(
            value =
                "Log in as `user` with a token of IAM in place of a password. Needs `tls.mode`"
                    + " `require` or stricter, and the server's own RDS name in `url`.",
            byDefault = "false",
            applies = Applies.NEW_CONNECTIONS)
        boolean iam,
    @Setting(
            value =
                "The AWS region of the secret, or of the database that a token is for. A server"
                    + " whose RDS name has a region gets a token of that region; the writer endpoint"
                    + " of a global cluster one of the region that writes, as topology documents or"
                    + " the RDS API report it.",
            otherwise = "that of the ARN; else worked out from `url`, where a host is one of RDS",
            format = Format.NAME,
            applies = Applies.NEW_CONNECTIONS)
        Optional<String> region,
    @Setting(
            value = "Where the API of Secrets Manager is.",
            otherwise = "where AWS has it in that region",
            format = Format.ENDPOINT,
            applies = Applies.NEW_CONNECTIONS)
        Optional<String> endpoint,
    @Setting(
            value =
                "After how long the secret is read again. A server that refuses what it said has it"
                    + " read at once.",
            byDefault = "5m",
            range = "1s..1d",
            applies = Applies.NEW_CONNECTIONS)
        Duration refresh,
    @Setting(
            value =
                "How long statements wait for a connection while the server refuses the password"
                    + " that the secret holds, as in the middle of a rotation, or AWS does not answer.",
            byDefault = "30s",
            range = "1ms..10m")
        Duration patience,
    @Setting(
            value =
                "How old the server's own decision on a client's log-in may be where a VDB has"
                    + " `credentials` `passthrough` or `user`. A log-in without a newer one has the"
                    + " node log in to the server anew, although the pool has connections.",
            byDefault = "5s",
            range = "1ms..1h",
            zero = "the server decides on every log-in")
        Duration recheck) {
  private static final Pattern ARN = Pattern.compile("arn:[a-z-]+:secretsmanager:([a-z0-9-]+):.*");

  /** Every setting at its default: what there is stands in the document. */
  public static SourceCredentials none() {
    return Shape.of(SourceCredentials.class).defaults();
  }

  /** True if AWS keeps them. */
  public boolean kept() {
    return iam || secret.isPresent();
  }

  /** The secret's name, also where its ARN is written. */
  public Optional<String> secretName() {
    return secret.map(
        name -> name.substring(name.startsWith("arn:") ? name.lastIndexOf(':') + 1 : 0));
  }

  /** The region that is written, here or in the secret's ARN. */
  Optional<String> writtenRegion() {
    return region.or(
        () -> secret.map(ARN::matcher).filter(Matcher::matches).map(arn -> arn.group(1)));
  }
}
