package dev.heimdall.cdk.template;

import dev.heimdall.cdk.sync.ConfigSyncFunction;
import dev.heimdall.cdk.sync.ConfigSyncPlan;
import dev.heimdall.cdk.values.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import software.amazon.awscdk.CfnParameter;
import software.amazon.awscdk.Stack;
import software.constructs.Construct;

/**
 * The function that follows RDS. Without snapshots, unlike the app's: which version of the code it
 * is, it is unknown when a template is made.
 */
final class ConfigSyncTemplate extends Stack {
  ConfigSyncTemplate(Construct scope) {
    super(
        scope,
        "heimdall-config-sync",
        PlainTemplates.properties(
            "Heimdall: the function that asks RDS what clusters look like and tells the nodes"));
    Parameters ask = new Parameters(this);
    ask.heading("Function");
    String codeBucket = PlainTemplates.bucket(ask, "CodeBucket", "The bucket of the jar.");
    String codeKey =
        ask.text(
            "CodeKey",
            "The jar's key in that bucket; another one for another version.",
            Optional.empty(),
            "[A-Za-z0-9!_.*'()/-]+",
            "a key");
    Number minutes = ask.number("Minutes", "Minutes between runs that nobody asked for.", 5, 2, 60);
    Number keepLogs = ask.days("KeepLogs", "Days that its log is kept.", 30);
    ask.heading("Nodes");
    String fleet = PlainTemplates.fleetName(ask);
    String vpc = ask.of("AWS::EC2::VPC::Id", "Vpc", "The nodes' network.", Optional.empty());
    CfnParameter subnets =
        ask.list(
            "AWS::EC2::Subnet::Id",
            "Subnets",
            "Private subnets with a way to the services of AWS.");
    String nodes = PlainTemplates.nodes(ask);
    Number httpPort =
        ask.number("HttpPort", "The port of the nodes' HTTP endpoint, http.port.", 5059, 1, 65535);
    String others =
        ask.text(
            "OtherRegions",
            "Other regions with clusters, with commas between, whose RDS API is reached from here.",
            Optional.of(""),
            "|[a-z]{2}(-[a-z]+)+-[0-9](,[a-z]{2}(-[a-z]+)+-[0-9])*",
            "regions such as eu-west-1,us-east-1");
    List<Slot<String>> forwardTo = new ArrayList<>();
    for (int i = 1; i <= 2; i++) {
      forwardTo.add(
          ask.optional(
              "ForwardTo" + i,
              "A region whose function of this fleet hears of this region's events; empty for none.",
              "|[a-z]{2}(-[a-z]+)+-[0-9]",
              "empty, or a region such as us-east-1"));
    }
    List<Slot<String>> publishTo = new ArrayList<>();
    for (int i = 1; i <= 2; i++) {
      publishTo.add(
          ask.optional(
              "PublishTo" + i,
              "A region in which the document is kept as well, in the bucket of this fleet's nodes"
                  + " there; its EC2 and S3 are reached from here. Empty for none.",
              "|[a-z]{2}(-[a-z]+)+-[0-9]",
              "empty, or a region such as us-east-1"));
    }
    String pushTo =
        ask.text(
            "PushTo",
            "Those of them whose nodes are reached from here, at HttpPort, with commas between.",
            Optional.of(""),
            "|[a-z]{2}(-[a-z]+)+-[0-9](,[a-z]{2}(-[a-z]+)+-[0-9])*",
            "regions such as eu-west-1,us-east-1");
    String buckets =
        ask.text(
            "PublishBuckets",
            "The bucket there: a name, or a beginning and *.",
            Optional.of("*"),
            "[a-z0-9.-]*\\*?",
            "a bucket's name, or a beginning and *");
    ask.heading("Documents");
    String bucket =
        PlainTemplates.bucket(ask, "ConfigurationBucket", "The bucket of topology documents.");
    String key = PlainTemplates.key(ask);
    String pushKey =
        ask.text(
            "PushKeyName",
            "The name of the secret with the key that pushes are signed with: 32 characters or"
                + " more, the same as topology.key of node.json.",
            Optional.of("heimdall/push-key"),
            "[A-Za-z0-9/_+=.@-]{3,}",
            "a secret's name");
    ask.describe();
    new ConfigSyncFunction(
        this,
        "Default",
        new ConfigSyncPlan(
            fleet,
            vpc,
            subnets.getValueAsList(),
            others,
            true,
            forwardTo,
            minutes,
            codeBucket,
            codeKey,
            Optional.empty(),
            bucket,
            key,
            pushKey,
            nodes,
            httpPort,
            keepLogs,
            new ConfigSyncPlan.OtherStores(publishTo, pushTo, List.of(buckets))));
  }
}
