package dev.heimdall.cdk.template;

import dev.heimdall.cdk.config.Architecture;
import dev.heimdall.cdk.documents.DocumentStores;
import dev.heimdall.cdk.fleet.FleetPlan;
import dev.heimdall.cdk.instance.Inspection;
import dev.heimdall.cdk.manager.ManagerGroup;
import dev.heimdall.cdk.manager.ManagerPlan;
import dev.heimdall.cdk.region.ManagerOutputs;
import dev.heimdall.cdk.values.Slot;
import java.util.List;
import java.util.Optional;
import software.amazon.awscdk.CfnCondition;
import software.amazon.awscdk.CfnParameter;
import software.amazon.awscdk.Fn;
import software.amazon.awscdk.Stack;
import software.constructs.Construct;

/** The manager in a network that is there. Without TLS, unlike the app's. */
final class ManagerTemplate extends Stack {
  ManagerTemplate(Construct scope) {
    super(
        scope,
        "heimdall-manager",
        PlainTemplates.properties(
            "Heimdall: the manager of a fleet's configuration, on one instance or two behind one"
                + " internal address"));
    Parameters ask = new Parameters(this);

    ask.heading("Manager");
    String name = PlainTemplates.fleetName(ask);
    Number port = ask.number("Port", "The port of its page and its API.", 8087, 1, 65535);
    List<Slot<String>> clients =
        ask.networks(
            "ClientNetwork", "A network that people are in who use it, such as 10.0.0.0/16.", 3);
    Number size = ask.number("Managers", "How many managers there are.", 1, 1, 2);

    ask.heading("Network");
    String vpc = ask.of("AWS::EC2::VPC::Id", "Vpc", "The network.", Optional.empty());
    CfnParameter subnets = PlainTemplates.subnets(ask);

    ask.heading("Instances");
    String image = PlainTemplates.image(ask);
    String instanceType = PlainTemplates.instanceType(ask, Architecture.ARM64.managerType());

    ask.heading("Release and configuration");
    DocumentParameters documents = DocumentParameters.ask(this, ask, "rw,", true);

    String topics =
        ask.text(
            "AlertTopics",
            "Topics of SNS that it may tell what happened: a name, or a beginning and *.",
            Optional.of("heimdall-*"),
            "[A-Za-z0-9_-]{3,256}([*]|[.]fifo)?",
            "a topic's name, or at least 3 letters and *");

    ask.heading("Single sign-on");
    String conf =
        ask.text(
            "ManagerConf",
            "Lines of /etc/heimdall.conf with ; between:"
                + " managerUrl=https://HOST;oidcIssuer=https://ISSUER and so on.",
            Optional.of(""),
            "((oidc[A-Za-z]+|manager(Url|Store|TrustedProxies)) *=[^'\"$\\\\`]+)?",
            "empty, or lines of keys that begin with oidc, managerUrl, managerStore and"
                + " managerTrustedProxies");
    String secret =
        ask.text(
            "ClientSecret",
            "The secret that holds the OpenID Connect client's secret, which it may read.",
            Optional.of("heimdall/oidc"),
            "[A-Za-z0-9/_+=.@-]{1,500}",
            "a secret's name");

    ask.heading("Safety");
    String protect = PlainTemplates.protect(ask);
    Inspection inspection = PlainTemplates.inspection(ask);

    String diskKey = PlainTemplates.ownKey(ask, "DiskKey", "disks");

    ask.heading("Tags");
    List<Slot<String>> tags = ask.tags(3);

    CfnCondition mounts = documents.mounts();
    ManagerGroup manager =
        new ManagerGroup(
            this,
            "Default",
            new ManagerPlan(
                name,
                vpc,
                subnets.getValueAsList(),
                clients,
                port,
                Optional.empty(),
                image,
                instanceType,
                size,
                protect,
                documents.release(),
                documents.key(),
                new ManagerPlan.Edited(
                    documents.unlessInSecret(
                        Fn.conditionIf(mounts.getLogicalId(), FleetPlan.Source.DIRECTORY, "")),
                    documents.unlessInSecret(documents.prefixInBucket()),
                    documents.hdSecretKey(),
                    documents.mount(),
                    "",
                    documents.bucket(),
                    documents.bucket(),
                    documents.prefix(),
                    documents.secret()),
                conf,
                List.of(DocumentStores.fleetKeyName(name), secret),
                List.of(),
                List.of(topics),
                inspection,
                documents.facts(),
                tags,
                Optional.of(diskKey)));
    ManagerOutputs.of(
        this, manager.address(), manager.passwordName(), manager.group().getAttrGroupId());
    PlainTemplates.sessions(ask, manager.role());
    ask.describe();
  }
}
