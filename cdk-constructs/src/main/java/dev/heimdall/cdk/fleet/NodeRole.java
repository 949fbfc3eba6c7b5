package dev.heimdall.cdk.fleet;

import static java.util.Map.entry;

import dev.heimdall.cdk.iam.Component;
import dev.heimdall.cdk.iam.ComponentRole;
import dev.heimdall.cdk.instance.Inspection;
import dev.heimdall.cdk.instance.Release;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import software.amazon.awscdk.services.iam.CfnInstanceProfile;
import software.amazon.awscdk.services.iam.CfnRole;
import software.constructs.Construct;

/**
 * Permissions of nodes.
 *
 * @param release which they fetch
 * @param documents which they read
 * @param access what else they may use
 * @param inspection how people find out what became of an instance
 * @param instanceLogs the groups of logs that instances send to
 * @param stack the name of the nodes' stack; empty where the role is in it
 */
public record NodeRole(
    Release release,
    FleetPlan.Source documents,
    FleetPlan.Access access,
    Inspection inspection,
    List<String> instanceLogs,
    Optional<String> stack) {

  /** Makes the role. */
  public CfnRole role(Construct scope) {
    return ComponentRole.create(
        scope,
        "NodeRole",
        Component.NODE,
        Map.ofEntries(
            entry("StackName", stack.stream().toList()),
            entry("ReleaseBucket", List.of(release.bucket())),
            entry("ReleaseKey", List.of(release.key())),
            entry("ConfigurationBucket", some(documents.bucket())),
            entry("ConfigurationPrefix", some(documents.prefix())),
            entry("ConfigurationKey", some(documents.key())),
            entry("ConfigurationSecret", some(documents.secret())),
            entry("CopyBucket", copied(FleetPlan.Copy::bucket)),
            entry("CopyPrefix", copied(FleetPlan.Copy::prefix)),
            entry("CopyKeyAlias", copied(FleetPlan.Copy::keyAlias)),
            entry("FileSystem", some(documents.fileSystem())),
            entry("CredentialSecrets", access.credentials()),
            entry("SecretKeys", access.secretKeys()),
            entry("Clusters", access.clusters()),
            entry("Instances", access.instances()),
            entry("DatabaseUsers", access.users()),
            entry("LogGroups", access.logGroups()),
            entry("InstanceLogs", instanceLogs),
            entry("KeptIn", inspection.keptIn())),
        inspection.keptWhen());
  }

  /** The profile by which instances take it. */
  public static CfnInstanceProfile profile(Construct scope, CfnRole role) {
    return CfnInstanceProfile.Builder.create(scope, "NodeProfile")
        .roles(List.of(role.getRef()))
        .build();
  }

  private List<String> copied(Function<FleetPlan.Copy, String> part) {
    return documents.copy().map(part).stream().toList();
  }

  private static List<String> some(String text) {
    return text.isEmpty() ? List.of() : List.of(text);
  }
}
