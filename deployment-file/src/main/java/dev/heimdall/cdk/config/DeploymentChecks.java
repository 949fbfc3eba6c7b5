package dev.heimdall.cdk.config;

import dev.heimdall.model.CloudWatchExport;
import dev.heimdall.model.StrictDocument.Findings;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Requirements that the settings of a deployment place on each other and on AWS names. */
final class DeploymentChecks extends SettingChecks {
  static final String REGION = "[a-z]{2}(-[a-z]+)+-[0-9]";

  private final Deployment deployment;

  DeploymentChecks(Deployment deployment, Findings findings) {
    super(findings);
    this.deployment = deployment;
  }

  void all() {
    name();
    if (findings.sound("$.regions") && deployment.regions().isEmpty()) {
      problem("$.regions", "no region", "at least one: [{\"region\": \"eu-west-1\", …}]");
    }
    Set<String> names = new HashSet<>();
    for (int i = 0; i < deployment.regions().size(); i++) {
      Region region = deployment.regions().get(i);
      String at = "$.regions[" + i + "]";
      if (findings.sound(at + ".region") && !names.add(region.region())) {
        problem(at + ".region", quote(region.region()) + " again", "each region only once");
      }
      String first = deployment.regions().get(0).region();
      if (findings.sound(at + ".region", "$.regions[0].region")
          && !AwsRegions.partition(region.region()).equals(AwsRegions.partition(first))) {
        problem(
            at + ".region",
            quote(region.region()),
            "a region of the same partition as %s: nothing leads from one to the other"
                .formatted(quote(first)));
      }
      region(region, at);
    }
    new JoinChecks(deployment, findings).all();
    new PeeredChecks(deployment, findings).all();
    new CopyChecks(deployment, findings).all();
    routing();
  }

  private void name() {
    if (findings.sound("$.fleetName") && !deployment.name().matches("[a-z][a-z0-9-]{0,19}")) {
      problem(
          "$.fleetName",
          quote(deployment.name()),
          "1 to 20 small letters, digits and hyphens, a letter first: names of load balancers and"
              + " buckets begin with it");
    }
  }

  private void region(Region region, String at) {
    if (findings.sound(at + ".region") && !AwsRegions.has(region.region())) {
      problem(
          at + ".region",
          quote(region.region()),
          "a region of AWS"
              + AwsRegions.nearest(region.region())
                  .map(near -> "; did you mean " + quote(near) + "?")
                  .orElse(": " + String.join(", ", AwsRegions.ALL)));
    }
    if (findings.sound(at + ".region")
        && AwsRegions.partition(region.region()).equals("aws-eusc")) {
      problem(
          at + ".region",
          quote(region.region()),
          "a region of another partition: nothing here has been tried with the sovereign cloud,"
              + " whose certificates and names are its own");
    }
    region
        .account()
        .ifPresent(
            account ->
                form(at + ".account", account, "[0-9]{12}", "an account's number of 12 digits"));
    new NetworkChecks(deployment, findings).all(region, at);
    OwnFacts.check(region, at, findings);
    documents(region.documents(), region.manager().enabled(), at + ".documents");
    databases(region.databases(), at + ".databases");
    cache(region, at);
    if (findings.sound(at + ".configSync.every")
        && region.configSync().every().toSeconds() % 60 != 0) {
      problem(
          at + ".configSync.every",
          quote(region.configSync().every().toSeconds() + "s"),
          "whole minutes: schedules know nothing smaller");
    }
    region
        .observability()
        .topic()
        .ifPresent(
            topic ->
                form(
                    at + ".observability.topic",
                    topic,
                    "arn:[a-z-]+:sns:" + REGION + ":[0-9]{12}:.+",
                    "the ARN of a topic, such as \"arn:aws:sns:eu-west-1:123456789012:oncall\""));
    days(at + ".observability.keepLogs", region.observability().keepLogs());
    region.instances().keepLogs().ifPresent(days -> days(at + ".instances.keepLogs", days));
    region.instances().logsKey().ifPresent(key -> key(at + ".instances.logsKey", key, region));
    region.encryptionKey().ifPresent(key -> key(at + ".encryptionKey", key, region));
    new ServerChecks(deployment, findings).all(region, at);
  }

  private void key(String at, String key, Region region) {
    form(
        at,
        key,
        "arn:[a-z-]+:kms:" + Pattern.quote(region.region()) + ":[0-9]{12}:key/[A-Za-z0-9-]+",
        "the ARN of a key of this region, such as \"arn:aws:kms:%s:123456789012:key/…\""
            .formatted(region.region()));
  }

  private void days(String at, int days) {
    if (findings.sound(at) && !CloudWatchExport.RETENTIONS.contains(days)) {
      problem(
          at,
          "" + days,
          "a number of days that CloudWatch Logs knows: "
              + CloudWatchExport.RETENTIONS.stream()
                  .map(String::valueOf)
                  .collect(Collectors.joining(", ")));
    }
  }

  private void documents(Documents documents, boolean managed, String at) {
    if (findings.sound(at + ".place", at + ".secret")
        && documents.place() != DocumentPlace.SECRET
        && documents.secret().isPresent()) {
      problem(
          at + ".secret", quote(documents.secret().get()), "nothing, or the \"place\" \"secret\"");
    }
    documents
        .secret()
        .ifPresent(
            name ->
                form(
                    at + ".secret",
                    name,
                    "[A-Za-z0-9/_+=.@-]{1,200}",
                    "the name of a secret, such as \"prod/heimdall\", not its ARN"));
    if (findings.sound(at + ".prefix") && documents.prefix().equals("topology")) {
      problem(at + ".prefix", quote("topology"), "another name: topology documents have this one");
    }
    if (findings.sound(at + ".place", at + ".initial")
        && documents.place() == DocumentPlace.FILE_SYSTEM
        && documents.initial().isPresent()
        && !managed) {
      problem(
          at + ".initial",
          quote(documents.initial().get()),
          "\"manager\": {\"enabled\": true} with the \"place\" \"file-system\", as a manager"
              + " fills that from the bucket; or another place");
    }
    each(
        at + ".credentials",
        documents.credentials(),
        "[A-Za-z0-9/_+=.@!-]{3,}\\*?",
        "the name of a secret, or how names begin and \"*\": \"prod/db-*\"");
    each(
        at + ".secrets",
        documents.secrets(),
        "[A-Za-z0-9/_+=.@!-]{1,500}",
        "the whole name of a secret, such as \"prod/people\", not its ARN");
    each(
        at + ".secretKeys",
        documents.secretKeys(),
        "arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+",
        "the ARN of a key, such as"
            + " \"arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f\"");
  }

  private void databases(List<Database> databases, String at) {
    for (int i = 0; i < databases.size(); i++) {
      Database database = databases.get(i);
      String place = at + "[" + i + "]";
      if (!findings.sound(place)) {
        continue;
      }
      if (database.cluster().isPresent() == database.instance().isPresent()) {
        problem(
            place,
            database.cluster().isPresent() ? "\"cluster\" and \"instance\"" : "neither",
            "one of \"cluster\" and \"instance\"");
      }
      String identifier = "[A-Za-z][A-Za-z0-9-]{0,62}";
      database
          .cluster()
          .ifPresent(name -> form(place + ".cluster", name, identifier, "such as \"orders\""));
      database
          .instance()
          .ifPresent(name -> form(place + ".instance", name, identifier, "such as \"orders-1\""));
      database
          .resourceId()
          .ifPresent(
              resource ->
                  form(
                      place + ".resourceId",
                      resource,
                      "(cluster|db)-[A-Z0-9]+",
                      "such as \"cluster-ABCDEFGHIJKL\", as describe-db-clusters returns it"));
      database
          .securityGroup()
          .ifPresent(
              group ->
                  form(place + ".securityGroup", group, SECURITY_GROUP, SECURITY_GROUP_EXAMPLE));
      each(
          place + ".iamUsers",
          database.iamUsers(),
          "[A-Za-z0-9_.$-]{1,63}\\*?",
          "a user such as \"app\", or how names begin and \"*\"");
    }
  }

  private void existing(ExistingStore store, String at) {
    store
        .address()
        .ifPresent(
            host ->
                form(
                    at + ".address",
                    host,
                    "[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?",
                    "a host, such as \"sessions.abc123.0001.euw1.cache.amazonaws.com\"; its port"
                        + " stands in \"port\""));
    if (findings.sound(at + ".address", at + ".password")
        && store.address().isPresent() != store.password().isPresent()) {
      problem(
          at + (store.address().isPresent() ? ".password" : ".address"),
          "nothing",
          store.address().isPresent()
              ? "the name of the secret whose text is its password"
              : "the host of the server that the password is for");
    }
    store
        .password()
        .ifPresent(
            name ->
                form(
                    at + ".password",
                    name,
                    "[A-Za-z0-9/_+=.@!-]{1,500}",
                    "the whole name of a secret, such as \"prod/redis\", not its ARN"));
    store
        .securityGroup()
        .ifPresent(
            group -> form(at + ".securityGroup", group, SECURITY_GROUP, SECURITY_GROUP_EXAMPLE));
  }

  private void cache(Region region, String at) {
    Cache cache = region.cache();
    existing(cache.existing(), at + ".cache.existing");
    if (findings.sound(at + ".cache.nodeType")) {
      form(
          at + ".cache.nodeType",
          cache.nodeType(),
          "cache\\.[a-z0-9-]+\\.[a-z0-9]+",
          "such as \"cache.t4g.small\"");
    }
    if (findings.sound(at + ".cache", at + ".network")
        && cache.made()
        && cache.replicas() > 0
        && region.network().subnets().size() == 1) {
      problem(
          at + ".cache.replicas",
          "" + cache.replicas(),
          "0 with a single subnet: replicas are in other zones than their source");
    }
  }

  private void routing() {
    Routing routing = deployment.routing();
    if (!findings.sound("$.routing") || !routing.enabled()) {
      return;
    }
    if (routing.zone().isEmpty()) {
      problem("$.routing.zone", "nothing", "the zone that records go to, as \"enabled\" is true");
    }
    routing
        .zoneId()
        .ifPresent(
            id -> form("$.routing.zoneId", id, "Z[A-Z0-9]{4,31}", "such as \"Z0123456789ABC\""));
    long accounts = deployment.regions().stream().map(Region::account).distinct().count();
    if (routing.zoneId().isEmpty() && accounts > 1) {
      problem(
          "$.routing.zoneId",
          "nothing, with regions of %d accounts".formatted(accounts),
          "the id of a zone that is there: no stack of one account finds what another one has made");
    }
    if (!routing.record().toLowerCase(Locale.ROOT).matches("[a-z0-9_-]+(\\.[a-z0-9_-]+)*")) {
      problem("$.routing.record", quote(routing.record()), "a name such as \"heimdall\"");
    }
  }
}
