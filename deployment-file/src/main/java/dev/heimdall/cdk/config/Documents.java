package dev.heimdall.cdk.config;

import dev.heimdall.model.Format;
import dev.heimdall.model.Setting;
import java.util.List;
import java.util.Optional;

/** Location of the nodes' configuration. */
public record Documents(
    @Setting(
            value =
                "Where nodes read: in a bucket, in one secret, or on a file system (EFS), which they"
                    + " mount to read.",
            byDefault = "bucket")
        DocumentPlace place,
    @Setting(
            value = "What stands before the documents' names in the bucket.",
            byDefault = "config",
            format = Format.NAME)
        String prefix,
    @Setting(
            value =
                "The secret that holds the whole configuration (`hdSecretKey`). With the place"
                    + " `secret`.",
            otherwise = "a secret that is made",
            format = Format.TEXT)
        Optional<String> secret,
    @Setting(
            value =
                "Make a file system (EFS) for configuration directories, with an access point."
                    + " The place `file-system` has one in any case.",
            byDefault = "false")
        boolean fileSystem,
    @Setting(
            value =
                "A directory with the first documents. The deployment writes them where there are"
                    + " none yet (a secret says `{}` then), with a `node.json` that says besides"
                    + " what the stacks know; it overwrites nothing, then or later.",
            format = Format.TEXT)
        Optional<String> initial,
    @Setting(
            value = "Names of secrets that hold credentials for databases; `*` ends a beginning.",
            byDefault = "[]")
        List<String> credentials,
    @Setting(
            value =
                "Names of secrets that the nodes' documents name in place of passwords and keys,"
                    + " besides those that are made with the stacks.",
            byDefault = "[]")
        List<String> secrets,
    @Setting(
            value =
                "Keys of KMS (ARNs) that secrets in `credentials` and `secrets` are encrypted with,"
                    + " `secret`, and the manager's `secrets`, where these are customers' keys.",
            byDefault = "[]")
        List<String> secretKeys) {
  public Documents {
    credentials = List.copyOf(credentials);
    secrets = List.copyOf(secrets);
    secretKeys = List.copyOf(secretKeys);
  }

  /** True if there is a file system. */
  public boolean hasFileSystem() {
    return fileSystem || place == DocumentPlace.FILE_SYSTEM;
  }
}
