package dev.heimdall.cdk.template;

import dev.heimdall.cdk.fleet.FleetPlan;
import dev.heimdall.cdk.instance.Facts;
import dev.heimdall.cdk.instance.Release;
import dev.heimdall.cdk.values.Slot;
import java.util.List;
import java.util.Optional;
import software.amazon.awscdk.CfnCondition;
import software.amazon.awscdk.Fn;
import software.amazon.awscdk.Stack;

/**
 * Items that an instance fetches when it boots: the release, and the configuration from one of
 * three places.
 */
record DocumentParameters(
    Release release,
    String bucket,
    String key,
    String prefix,
    String secret,
    String mount,
    CfnCondition inSecret,
    CfnCondition mounts,
    Slot<String> more) {

  /**
   * Asks for them.
   *
   * @param access how a file system is mounted, as its line of fstab says it
   * @param key whether the template has the role of those who read them, which names the key
   */
  static DocumentParameters ask(Stack stack, Parameters ask, String access, boolean key) {
    String releaseName =
        ask.text(
            "ReleaseName",
            "The release's name: with another one, instances are replaced.",
            Optional.empty(),
            "[A-Za-z0-9._-]{1,64}",
            "letters, digits, dots, hyphens");
    Release release = release(ask, releaseName);
    String bucket = bucket(ask);
    String keyArn = key ? PlainTemplates.key(ask) : "";
    String prefix = prefix(ask);
    String place =
        ask.choice(
            "ConfigurationPlace",
            "Where nodes read their configuration: below the prefix, or in the secret.",
            "bucket",
            List.of("bucket", "secret"));
    String secret = secret(ask);
    String mount =
        ask.text(
            "Mount",
            "Line of fstab that mounts a configuration at "
                + FleetPlan.Source.DIRECTORY
                + "; empty for none.",
            Optional.of(""),
            "|[^'\"$]+ /mnt/heimdall [^'\"$]+",
            "empty, or FILE-SYSTEM:/ /mnt/heimdall efs _netdev,nofail," + access + "tls 0 0");
    Slot<String> facts =
        ask.optional(
            "Facts",
            "What ${region.NAME} in documents stands for besides name and bucket: members of a JSON"
                + " object.",
            "|\"[A-Za-z][A-Za-z0-9_-]*\": *[^'$]+",
            "empty, or such as \"store\": \"HOST:6379\", \"size\": 5");
    return new DocumentParameters(
        release,
        bucket,
        keyArn,
        prefix,
        secret,
        mount,
        CfnCondition.Builder.create(stack, "FromSecret")
            .expression(Fn.conditionEquals(place, "secret"))
            .build(),
        CfnCondition.Builder.create(stack, "Mounts")
            .expression(Fn.conditionNot(Fn.conditionEquals(mount, "")))
            .build(),
        facts);
  }

  /** Location of the release. */
  static Release release(Parameters ask, String name) {
    return new Release(
        name,
        PlainTemplates.bucket(ask, "ReleaseBucket", "The bucket of the release's archive."),
        ask.text(
            "ReleaseKey",
            "The archive's key in that bucket.",
            Optional.of("heimdall-release.tar.gz"),
            "[A-Za-z0-9!_.*'()/-]+",
            "a key"));
  }

  static String bucket(Parameters ask) {
    return PlainTemplates.bucket(
        ask, "ConfigurationBucket", "The bucket of the nodes' configuration.");
  }

  static String prefix(Parameters ask) {
    return ask.text(
        "ConfigurationPrefix",
        "What stands before the documents' names in that bucket.",
        Optional.of("config"),
        "[A-Za-z0-9_.-]+",
        "a name without slashes");
  }

  static String secret(Parameters ask) {
    return ask.text(
        "ConfigurationSecret",
        "The secret with the whole configuration (hdSecretKey).",
        Optional.of("heimdall/configuration"),
        "[A-Za-z0-9/_+=.@-]{3,}",
        "a secret's name");
  }

  /** Facts that differ in each region: some are known, the rest comes from parameters. */
  Facts facts() {
    return Facts.ofRegion()
        .with("bucket", bucket)
        .and(
            Fn.conditionIf(
                    more.when().orElseThrow().getLogicalId(),
                    Fn.join("", List.of(",", more.value())),
                    "")
                .toString());
  }

  /** The secret's name where the configuration is in it. */
  String hdSecretKey() {
    return Fn.conditionIf(inSecret.getLogicalId(), secret, "").toString();
  }

  /** Value that applies only if the configuration is not in the secret. */
  String unlessInSecret(Object otherwise) {
    return Fn.conditionIf(inSecret.getLogicalId(), "", otherwise).toString();
  }

  /** Location of the documents in the bucket. */
  String prefixInBucket() {
    return Fn.join("", List.of("s3://", bucket, "/", prefix));
  }
}
