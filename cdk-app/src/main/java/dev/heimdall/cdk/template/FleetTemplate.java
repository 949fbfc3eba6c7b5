package dev.heimdall.cdk.template;

import dev.heimdall.cdk.config.Architecture;
import dev.heimdall.cdk.config.ClientZones;
import dev.heimdall.cdk.fleet.FleetPlan;
import dev.heimdall.cdk.fleet.ProxyFleet;
import dev.heimdall.cdk.instance.Inspection;
import dev.heimdall.cdk.values.Numbers;
import dev.heimdall.cdk.values.Slot;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import software.amazon.awscdk.CfnCondition;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Fn;
import software.amazon.awscdk.Stack;
import software.constructs.Construct;

/** The fleet in a network that is there. */
final class FleetTemplate extends Stack {
  FleetTemplate(Construct scope) {
    super(
        scope,
        "heimdall-fleet",
        PlainTemplates.properties(
            "Heimdall: a fleet of proxy nodes in two or three zones of a network that is there,"
                + " behind one load balancer"));
    Parameters ask = new Parameters(this);

    ask.heading("Fleet");
    String name = PlainTemplates.fleetName(ask);
    List<Slot<Number>> ports = ask.ports(5432, 3);
    List<Slot<String>> clients =
        ask.networks("ClientNetwork", "A network that clients are in, such as 10.0.0.0/16.", 3);
    Number httpPort =
        ask.number("HttpPort", "The port of the nodes' HTTP endpoint, http.port.", 5059, 1, 65535);

    ask.heading("Network");
    String vpc = ask.of("AWS::EC2::VPC::Id", "Vpc", "The network.", Optional.empty());
    List<Slot<String>> subnets = ask.subnets(2, 3);
    String zones =
        ask.choice(
            "ClientZones",
            "Which zone's nodes a client inside the network is led to.",
            ClientZones.MOSTLY_OWN_ZONE.policy(),
            Arrays.stream(ClientZones.values()).map(ClientZones::policy).toList());

    ask.heading("Instances");
    String image = PlainTemplates.image(ask);
    String instanceType = PlainTemplates.instanceType(ask, Architecture.ARM64.instanceType());
    String otherType =
        ask.text(
            "OtherInstanceType",
            "The type where a zone does not sell InstanceType.",
            Optional.of(Architecture.ARM64.otherTypes().get(0)),
            "[a-z0-9-]+\\.[a-z0-9-]+",
            "a type");
    Number fewest = ask.number("FewestPerZone", "Fewest nodes of a zone.", 1, 1, 100);
    Number most = ask.number("MostPerZone", "Most nodes of a zone.", 4, 2, 100);
    Number load =
        ask.number("TargetLoad", "Load of processors in percent that is aimed at.", 50, 10, 90);

    ask.heading("Release and configuration");
    DocumentParameters documents = DocumentParameters.ask(this, ask, "ro,", false);
    String profile =
        ask.text(
            "NodeProfile",
            "The instance profile of nodes: an output of heimdall-node-role.yaml.",
            Optional.empty(),
            "arn:[a-z-]+:iam::[0-9]{12}:instance-profile/.+",
            "the ARN of an instance profile");

    ask.heading("Times and safety");
    Number idle =
        ask.number(
            "IdleTimeout",
            "Seconds of silence after which the load balancer forgets a connection.",
            3600,
            60,
            6000);
    Number drain =
        ask.number(
            "Drain",
            "Seconds that connections of a node that goes away may live on.",
            300,
            30,
            3600);
    String protect = PlainTemplates.protect(ask);
    Inspection inspection = PlainTemplates.inspection(ask);

    String diskKey = PlainTemplates.ownKey(ask, "DiskKey", "disks");

    ask.heading("Tags");
    List<Slot<String>> tags = ask.tags(3);

    CfnCondition mounts = documents.mounts();
    ProxyFleet fleet =
        new ProxyFleet(
            this,
            "Default",
            new FleetPlan(
                name,
                vpc,
                subnets,
                ports,
                clients,
                httpPort,
                image,
                List.of(instanceType, otherType),
                fewest,
                Numbers.text(most),
                1,
                load,
                Numbers.text(idle),
                drain,
                zones,
                protect,
                documents.release(),
                new FleetPlan.Source(
                    documents.unlessInSecret(
                        Fn.conditionIf(
                            mounts.getLogicalId(),
                            "file:" + FleetPlan.Source.DIRECTORY,
                            documents.prefixInBucket())),
                    documents.hdSecretKey(),
                    documents.mount(),
                    "",
                    documents.bucket(),
                    documents.prefix(),
                    documents.key(),
                    documents.secret()),
                FleetPlan.Access.NONE,
                Optional.of(profile),
                inspection,
                documents.facts(),
                tags,
                Optional.of(diskKey)));
    ask.describe();
    CfnOutput.Builder.create(this, "Address")
        .description("What clients connect to")
        .value(fleet.balancer().getAttrDnsName())
        .build();
    CfnOutput.Builder.create(this, "BalancerZone")
        .description("The zone of that name, for records that lead to it")
        .value(fleet.balancer().getAttrCanonicalHostedZoneId())
        .build();
    CfnOutput.Builder.create(this, "NodeSecurityGroup")
        .description("What databases and the store have to let in")
        .value(fleet.nodeGroup().getAttrGroupId())
        .build();
  }
}
