package dev.heimdall.cdk.template;

import dev.heimdall.cdk.cache.SharedStore;
import dev.heimdall.cdk.documents.DocumentStores;
import dev.heimdall.cdk.fleet.FleetPlan;
import dev.heimdall.cdk.fleet.NodeRole;
import dev.heimdall.cdk.instance.Inspection;
import dev.heimdall.cdk.instance.Release;
import java.util.List;
import java.util.Optional;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Fn;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.iam.CfnRole;
import software.constructs.Construct;

/** Permissions of the nodes of {@link FleetTemplate}: a stack of its own, which is made first. */
final class NodeRoleTemplate extends Stack {
  NodeRoleTemplate(Construct scope) {
    super(
        scope,
        "heimdall-node-role",
        PlainTemplates.properties(
            "Heimdall: the role of proxy nodes, which heimdall-fleet.yaml takes"));
    Parameters ask = new Parameters(this);

    ask.heading("Fleet");
    String name = PlainTemplates.fleetName(ask);
    String stack =
        ask.text(
            "FleetStack",
            "The name of the stack of heimdall-fleet.yaml: nodes drain in its groups, and log to its"
                + " groups of logs. Of a nested one: its parent's, a hyphen, its logical id.",
            Optional.empty(),
            "[A-Za-z][A-Za-z0-9-]{0,127}",
            "the name of a stack");

    ask.heading("Release and configuration");
    Release release = DocumentParameters.release(ask, "");
    String bucket = DocumentParameters.bucket(ask);
    String key = PlainTemplates.key(ask);
    String prefix = DocumentParameters.prefix(ask);
    String secret = DocumentParameters.secret(ask);

    ask.heading("Databases");
    String credentials =
        ask.text(
            "CredentialSecrets",
            "Secrets with credentials for databases: a name, or a beginning and *.",
            Optional.of("rds!*"),
            "[A-Za-z0-9/_+=.@!-]{3,}\\*?",
            "a secret's name, or at least 3 letters and *");
    String users =
        ask.text(
            "DatabaseUsers",
            "As whom nodes log in by IAM: a resource id such as cluster-ABC, a slash, a user.",
            Optional.of("*/*"),
            "[A-Za-z0-9*-]+/[A-Za-z0-9_*-]+",
            "such as cluster-ABC/app, or */* for all");

    ask.heading("Safety");
    Inspection inspection = PlainTemplates.kept(ask);
    Construct made = new Construct(this, "Default"); // outputs are called as what they are of
    CfnRole role =
        new NodeRole(
                release,
                new FleetPlan.Source("", "", "", "", bucket, prefix, key, secret),
                new FleetPlan.Access(
                    List.of(
                        credentials,
                        DocumentStores.fleetKeyName(name),
                        DocumentStores.pushKeyName(name),
                        SharedStore.passwordName(name)),
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of(users),
                    List.of("/heimdall/*")),
                inspection,
                List.of(Fn.join("", List.of(stack, "-*"))),
                Optional.of(stack))
            .role(made);
    PlainTemplates.sessions(ask, role);
    ask.describe();
    CfnOutput.Builder.create(this, "NodeProfile")
        .description("The parameter NodeProfile of heimdall-fleet.yaml")
        .value(NodeRole.profile(made, role).getAttrArn())
        .build();
    CfnOutput.Builder.create(this, "OfFleetStack")
        .description(
            "The stack whose groups nodes may tell that they have drained, and whose logs they may"
                + " write: compare it with the name of the fleet's stack")
        .value(stack)
        .build();
    CfnOutput.Builder.create(this, "NodeRole")
        .description("The role, for policies of buckets, keys and secrets of others")
        .value(role.getAttrArn())
        .build();
  }
}
