package dev.heimdall.cdk.template;

import dev.heimdall.cdk.cache.SharedStore;
import dev.heimdall.cdk.constructs.HeimdallStoreEngine;
import dev.heimdall.cdk.region.StoreOutputs;
import dev.heimdall.cdk.values.PortRule;
import java.util.Optional;
import software.amazon.awscdk.CfnParameter;
import software.amazon.awscdk.Stack;
import software.constructs.Construct;

/** The store between the nodes, on ElastiCache for Valkey. */
final class StoreTemplate extends Stack {
  StoreTemplate(Construct scope) {
    super(
        scope,
        "heimdall-store",
        PlainTemplates.properties(
            "Heimdall: the store over which nodes tell each other of writes (ElastiCache, Valkey)"));
    Parameters ask = new Parameters(this);
    ask.heading("Store");
    String fleet = PlainTemplates.fleetName(ask);
    String vpc = ask.of("AWS::EC2::VPC::Id", "Vpc", "The network.", Optional.empty());
    CfnParameter subnets = PlainTemplates.subnets(ask);
    String nodes = PlainTemplates.nodes(ask);
    String type =
        ask.text(
            "NodeType",
            "The type of its nodes.",
            Optional.of("cache.t4g.small"),
            "cache\\.[a-z0-9-]+\\.[a-z0-9]+",
            "a type such as cache.t4g.small");
    Number replicas = ask.number("Replicas", "Replicas, in other zones.", 1, 1, 5);
    String key =
        PlainTemplates.ownKey(ask, "Key", "password (best ConfigurationKey of the nodes) and data");
    ask.describe();
    HeimdallStoreEngine engine = HeimdallStoreEngine.VALKEY;
    SharedStore store =
        new SharedStore(
            this,
            "Default",
            new SharedStore.Plan(
                fleet,
                vpc,
                subnets.getValueAsList(),
                engine.engine(),
                engine.version(),
                engine.family(),
                type,
                replicas,
                Optional.empty(),
                true,
                "",
                Optional.of(key)));
    StoreOutputs.of(
        this, store.address(), store.clusterMode(), store.passwordName(), store.passwordArn());
    PortRule.into(this, "StoreArrives", store.group().getAttrGroupId(), "nodes", store.port())
        .sourceSecurityGroupId(nodes)
        .build();
  }
}
