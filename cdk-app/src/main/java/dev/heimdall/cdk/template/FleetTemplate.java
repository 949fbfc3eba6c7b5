package dev.heimdall.cdk.template;

import dev.heimdall.cdk.Numbers;
import dev.heimdall.cdk.config.Architecture;
import dev.heimdall.cdk.config.ClientZones;
import dev.heimdall.cdk.fleet.FleetPlan;
import dev.heimdall.cdk.fleet.ProxyFleet;
import dev.heimdall.cdk.fleet.Slot;
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
        ask.number("HttpPort", "The port of the nodes' HTTP door, http.port.", 5059, 1, 65535);

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
    String image =
        ask.of(
            "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>",
            "Image",
            "The parameter of Systems Manager that names the image, of the processors of"
                + " InstanceType.",
            Optional.of(Architecture.ARM64.imageParameter()));
    String instanceType =
        ask.text(
            "InstanceType",
            "The type of instances.",
            Optional.of(Architecture.ARM64.instanceType()),
            "[a-z0-9-]+\\.[a-z0-9-]+",
            "a type such as c7g.large");
    Number fewest = ask.number("FewestPerZone", "Fewest nodes of a zone.", 1, 1, 100);
    Number most = ask.number("MostPerZone", "Most nodes of a zone.", 4, 2, 100);
    Number load =
        ask.number("TargetLoad", "Load of processors in percent that is aimed at.", 50, 10, 90);

    ask.heading("Release and configuration");
    String releaseName =
        ask.text(
            "ReleaseName",
            "The release's name: with another one, instances are replaced.",
            Optional.empty(),
            "[A-Za-z0-9._-]{1,64}",
            "letters, digits, dots, hyphens");
    String releaseBucket =
        PlainTemplates.bucket(ask, "ReleaseBucket", "The bucket of the release's archive.");
    String releaseKey =
        ask.text(
            "ReleaseKey",
            "The archive's key in that bucket.",
            Optional.of("heimdall-release.tar.gz"),
            "[A-Za-z0-9!_.*'()/-]+",
            "a key");
    String configurationBucket =
        PlainTemplates.bucket(
            ask, "ConfigurationBucket", "The bucket of the nodes' configuration.");
    String key = PlainTemplates.key(ask);
    String prefix =
        ask.text(
            "ConfigurationPrefix",
            "What stands before the documents' names in that bucket.",
            Optional.of("config"),
            "[A-Za-z0-9_.-]+",
            "a name without slashes");
    String place =
        ask.choice(
            "ConfigurationPlace",
            "Where nodes read their configuration: below the prefix, or in the secret.",
            "bucket",
            List.of("bucket", "secret"));
    String secret =
        ask.text(
            "ConfigurationSecret",
            "The secret with the whole configuration (hdSecretKey).",
            Optional.of("heimdall/configuration"),
            "[A-Za-z0-9/_+=.@-]{3,}",
            "a secret's name");
    String mount =
        ask.text(
            "Mount",
            "Line of fstab that mounts a configuration at /mnt/heimdall; empty for none.",
            Optional.of(""),
            "|[^'\"$]+ /mnt/heimdall [^'\"$]+",
            "empty, or FILE-SYSTEM:/ /mnt/heimdall efs _netdev,nofail,ro,tls 0 0");
    String credentials =
        ask.text(
            "CredentialSecrets",
            "Secrets with credentials for databases: a name, or a beginning and *.",
            Optional.of("rds!*"),
            "[A-Za-z0-9/_+=.@!-]{3,}\\*?",
            "a secret's name, or at least 3 letters and *");

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
    String protect =
        ask.choice(
            "Protect",
            "Whether the load balancer resists being deleted.",
            "true",
            List.of("true", "false"));
    ask.describe();

    CfnCondition fromSecret =
        CfnCondition.Builder.create(this, "FromSecret")
            .expression(Fn.conditionEquals(place, "secret"))
            .build();
    CfnCondition mounts =
        CfnCondition.Builder.create(this, "Mounts")
            .expression(Fn.conditionNot(Fn.conditionEquals(mount, "")))
            .build();
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
                instanceType,
                Numbers.text(fewest),
                Numbers.text(most),
                1,
                load,
                Numbers.text(idle),
                drain,
                zones,
                protect,
                new FleetPlan.Release(releaseName, releaseBucket, releaseKey),
                new FleetPlan.Source(
                    Fn.conditionIf(
                            fromSecret.getLogicalId(),
                            "",
                            Fn.conditionIf(
                                mounts.getLogicalId(),
                                "file:" + FleetPlan.Source.DIRECTORY,
                                Fn.join("", List.of("s3://", configurationBucket, "/", prefix))))
                        .toString(),
                    Fn.conditionIf(fromSecret.getLogicalId(), secret, "").toString(),
                    mount,
                    "",
                    configurationBucket,
                    key,
                    secret,
                    List.of(credentials))));
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
