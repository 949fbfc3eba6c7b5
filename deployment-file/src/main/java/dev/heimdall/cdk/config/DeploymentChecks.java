package dev.heimdall.cdk.config;

import dev.heimdall.model.Cidr;
import dev.heimdall.model.CloudWatchExport;
import dev.heimdall.model.StrictDocument.Findings;
import java.net.Inet4Address;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What the settings of a deployment demand of each other and of AWS's names. */
final class DeploymentChecks {
  private static final int PER_LOAD_BALANCER = 50;

  /** The quota of IAM, unless it was raised. */
  private static final int POLICIES_OF_A_ROLE = 10;

  /** The quota of AWS for rules of a security group that let something in, unless it was raised. */
  static final int RULES_OF_A_GROUP = 60;

  /**
   * Wider networks are the internet, or a large part of it. 10.0.0.0/8 is the widest private one.
   */
  private static final int WIDEST = 8;

  private static final String SECURITY_GROUP = "sg-[0-9a-f]{8,17}";
  private static final String SECURITY_GROUP_EXAMPLE =
      "the id of a security group, such as \"sg-0a1b2c3d4e5f6a7b8\"";

  private static final String REGION = "[a-z]{2}(-[a-z]+)+-[0-9]";

  private final Deployment deployment;
  private final Findings findings;

  DeploymentChecks(Deployment deployment, Findings findings) {
    this.deployment = deployment;
    this.findings = findings;
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
    int zones = AwsRegions.zones(region.region());
    if (findings.sound(at + ".region", at + ".network")
        && region.network().vpc().isEmpty()
        && region.network().zones() > zones
        && zones < 3) {
      problem(
          at + ".network.zones",
          "" + region.network().zones(),
          "at most %d: %s gives an account no more".formatted(zones, region.region()));
    }
    long rules =
        2L * region.fleet().ports().size()
            + (region.configSync().enabled() ? 2 : 1)
            + deployment.regions().stream()
                .filter(other -> deployment.pushedTo(other).contains(region))
                .count();
    if (findings.sound(at + ".fleet.ports") && rules > RULES_OF_A_GROUP) {
      problem(
          at + ".fleet.ports",
          region.fleet().ports().size() + " ports",
          "at most %d: the nodes' security group takes %d rules, and has two for each port"
              .formatted((RULES_OF_A_GROUP - 2) / 2, RULES_OF_A_GROUP));
    }
    region
        .account()
        .ifPresent(
            account ->
                form(at + ".account", account, "[0-9]{12}", "an account's number of 12 digits"));
    network(region.network(), at + ".network");
    routes(region, at);
    OwnFacts.check(region, at, findings);
    fleet(region.fleet(), at + ".fleet");
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
    region
        .instances()
        .logsKey()
        .ifPresent(
            key ->
                form(
                    at + ".instances.logsKey",
                    key,
                    "arn:[a-z-]+:kms:"
                        + Pattern.quote(region.region())
                        + ":[0-9]{12}:key/[A-Za-z0-9-]+",
                    "the ARN of a key of this region, such as"
                        + " \"arn:aws:kms:%s:123456789012:key/…\"".formatted(region.region())));
    boolean sessions = region.instances().sessionManager();
    policies(region.fleet().managedPolicies(), sessions, at + ".fleet.managedPolicies");
    policies(region.manager().managedPolicies(), sessions, at + ".manager.managedPolicies");
    manager(region, at + ".manager");
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

  private void network(Network network, String at) {
    if (!findings.sound(at)) {
      return;
    }
    if (network.vpc().isPresent()) {
      form(at + ".vpc", network.vpc().get(), "vpc-[0-9a-f]+", "a network such as \"vpc-0abc\"");
      each(
          at + ".subnets",
          network.subnets(),
          "subnet-[0-9a-f]+",
          "a subnet such as \"subnet-0abc\"");
      if (network.subnets().isEmpty()) {
        problem(
            at + ".subnets",
            "no subnet",
            "a private subnet of \"vpc\" for each zone that gets nodes, each with a way to AWS's"
                + " services: a NAT gateway or endpoints");
      }
      each(
          at + ".routeTables",
          network.routeTables(),
          "rtb-[0-9a-f]+",
          "a route table such as \"rtb-0abc\"");
      if (network.endpoints()) {
        problem(
            at + ".endpoints",
            "true",
            "false with \"vpc\": make them in your network, docs/aws-parts.md lists which");
      }
    } else {
      if (!network.subnets().isEmpty()) {
        problem(
            at + ".subnets",
            quote(network.subnets().get(0)),
            "nothing, or \"vpc\", whose they are");
      }
      if (!network.routeTables().isEmpty()) {
        problem(
            at + ".routeTables",
            quote(network.routeTables().get(0)),
            "nothing, or \"vpc\", whose they are: those of a network that is made are known");
      }
      network.addresses().ifPresent(addresses -> addresses(network, addresses, at));
      if (network.natGateways() == 0 && !network.endpoints()) {
        problem(
            at + ".natGateways",
            "0 without \"endpoints\"",
            "at least 1, or \"endpoints\": true: nodes have to reach S3 and the API of RDS");
      }
      if (network.natGateways() > network.zones()) {
        problem(
            at + ".natGateways",
            "" + network.natGateways(),
            "at most one for each of the " + network.zones() + " \"zones\"");
      }
    }
  }

  private void routes(Region region, String parent) {
    String at = parent + ".network.routes";
    if (!findings.sound(parent + ".network", parent + ".region")) {
      return;
    }
    List<NetworkRoute> routes = region.network().routes();
    if (region.network().vpc().isPresent() && !routes.isEmpty()) {
      problem(
          at,
          routes.size() + " with \"vpc\"",
          "nothing: add them to the route tables of your subnets");
      return;
    }
    Set<Cidr> destinations = new HashSet<>();
    for (int i = 0; i < routes.size(); i++) {
      NetworkRoute route = routes.get(i);
      String place = "%s[%d]".formatted(at, i);
      form(
          place + ".by",
          route.by(),
          "(pcx|tgw)-[0-9a-f]{8,17}",
          "a peering connection such as \"pcx-0a1b2c3d4e5f6a7b8\", or a transit gateway, \"tgw-…\"");
      if (!isIpv4(route.to()) || route.to().prefix() < WIDEST) {
        problem(
            place + ".to",
            quote(route.to().toString()),
            "a network of IPv4, /%d at the widest".formatted(WIDEST));
      } else if (!destinations.add(route.to())) {
        problem(place + ".to", quote(route.to().toString()) + " again", "each network only once");
      } else if (AwsRegions.has(region.region())
          && isIpv4(deployment.addresses(region))
          && RegionAddresses.overlap(route.to(), deployment.addresses(region))) {
        problem(
            place + ".to",
            quote(route.to().toString()),
            "a network without addresses of this one, " + deployment.addresses(region));
      }
    }
  }

  private void addresses(Network network, Cidr addresses, String at) {
    int longest = network.zones() <= 3 ? 24 : 23;
    if (!isIpv4(addresses) || addresses.prefix() < 16 || addresses.prefix() > longest) {
      problem(
          at + ".addresses",
          quote(addresses.toString()),
          "a network of IPv4, /16 to /"
              + longest
              + " with "
              + network.zones()
              + " \"zones\", such as \"10.40.0.0/16\"");
    }
  }

  private void fleet(Fleet fleet, String at) {
    if (findings.sound(at + ".ports")) {
      if (fleet.ports().isEmpty()) {
        problem(at + ".ports", "no port", "the ports of the virtual databases, such as [5432]");
      } else if (new HashSet<>(fleet.ports()).size() < fleet.ports().size()) {
        problem(at + ".ports", fleet.ports().toString(), "each port only once");
      } else if (fleet.ports().size() > PER_LOAD_BALANCER) {
        problem(
            at + ".ports",
            fleet.ports().size() + " ports",
            "at most " + PER_LOAD_BALANCER + ": a load balancer has no more listeners");
      } else if (findings.sound(at + ".httpPort") && fleet.ports().contains(fleet.httpPort())) {
        problem(
            at + ".httpPort", "" + fleet.httpPort(), "another port than the virtual databases'");
      }
    }
    if (findings.sound(at + ".clients")) {
      if (fleet.clients().isEmpty() && fleet.clientGroups().isEmpty()) {
        problem(
            at + ".clients",
            "no network",
            "the networks that clients are in, such as [\"10.0.0.0/16\"], or \"clientGroups\":"
                + " nobody else reaches the ports");
      }
      networks(at + ".clients", fleet.clients(), "a database's port");
      int sources = fleet.clients().size() + fleet.clientGroups().size();
      int rules = fleet.ports().size() * sources;
      if (findings.sound(at + ".ports") && rules > RULES_OF_A_GROUP) {
        problem(
            at + ".clients",
            "%d networks for %d ports".formatted(sources, fleet.ports().size()),
            "at most %d rules, ports times networks, not %d: a security group takes no more. Name"
                    .formatted(RULES_OF_A_GROUP, rules)
                + " fewer, wider networks");
      }
    }
    each(at + ".clientGroups", fleet.clientGroups(), SECURITY_GROUP, SECURITY_GROUP_EXAMPLE);
    if (findings.sound(at + ".fewest", at + ".most") && fleet.fewest() > fleet.most()) {
      problem(at + ".most", "" + fleet.most(), "at least \"fewest\", " + fleet.fewest());
    }
    fleet
        .instanceType()
        .ifPresent(
            type ->
                type(
                    at + ".instanceType",
                    type,
                    fleet.architecture(),
                    fleet.architecture().instanceType()));
    for (int i = 0; i < fleet.otherTypes().size(); i++) {
      type(
          at + ".otherTypes[" + i + "]",
          fleet.otherTypes().get(i),
          fleet.architecture(),
          fleet.architecture() == null ? "" : fleet.architecture().otherTypes().get(0));
    }
    fleet
        .imageParameter()
        .ifPresent(
            name ->
                form(at + ".imageParameter", name, "/[A-Za-z0-9_./-]+", "such as \"/our/ami\""));
  }

  private void policies(List<String> policies, boolean sessions, String at) {
    each(
        at,
        policies,
        "arn:aws[a-z-]*:iam::(aws|[0-9]{12}):policy/[A-Za-z0-9+=,.@_/-]+",
        "the ARN of a policy, such as"
            + " \"arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore\"");
    int most =
        sessions && policies.stream().noneMatch(arn -> arn.endsWith("/" + Instances.SESSION_POLICY))
            ? POLICIES_OF_A_ROLE - 1
            : POLICIES_OF_A_ROLE;
    if (findings.sound(at) && policies.size() > most) {
      problem(
          at,
          policies.size() + " policies",
          "at most %d: a role takes %d".formatted(most, POLICIES_OF_A_ROLE)
              + (most < POLICIES_OF_A_ROLE ? ", of which Session Manager has one" : ""));
    }
  }

  private void manager(Region region, String at) {
    Manager manager = region.manager();
    if (findings.sound(at + ".enabled", at + ".clients")) {
      if (manager.enabled() && manager.clients().isEmpty()) {
        problem(
            at + ".clients",
            "no network",
            "the networks that people are in who use it, such as [\"10.0.0.0/16\"]: nobody else"
                + " reaches the port");
      }
      networks(at + ".clients", manager.clients(), "the manager's port");
      if (manager.clients().size() > RULES_OF_A_GROUP) {
        problem(
            at + ".clients",
            manager.clients().size() + " networks",
            "at most " + RULES_OF_A_GROUP + ": a security group takes no more rules");
      }
    }
    manager
        .certificate()
        .ifPresent(
            arn ->
                form(
                    at + ".certificate",
                    arn,
                    "arn:[a-z-]+:acm:" + REGION + ":[0-9]{12}:certificate/[a-f0-9-]+",
                    "the ARN of a certificate, such as"
                        + " \"arn:aws:acm:eu-west-1:123456789012:certificate/0a1b-2c3d\""));
    for (int i = 0; i < manager.alertTopics().size(); i++) {
      form(
          "%s.alertTopics[%d]".formatted(at, i),
          manager.alertTopics().get(i),
          "[A-Za-z0-9_-]{3,256}([*]|[.]fifo)?",
          "a topic's name, such as \"on-call\" or \"on-call.fifo\", or at least 3 letters and *");
    }
    for (int i = 0; i < manager.conf().size(); i++) {
      form(
          "%s.conf[%d]".formatted(at, i),
          manager.conf().get(i),
          "(oidc[A-Za-z]+|manager(Url|Store)) *= *[^\\s'\";$\\\\`][^\\n'\";$\\\\`]*",
          "a line of /etc/heimdall.conf such as \"oidcClientId = heimdall\", of managerUrl,"
              + " managerStore or a key that begins with oidc, without quotes, ;, $ and \\");
    }
    for (int i = 0; i < manager.secrets().size(); i++) {
      form(
          "%s.secrets[%d]".formatted(at, i),
          manager.secrets().get(i),
          "[A-Za-z0-9/_+=.@-]{1,500}",
          "a secret's name, such as \"heimdall/oidc\"");
    }
    Architecture architecture = region.fleet().architecture();
    manager
        .instanceType()
        .ifPresent(
            type -> type(at + ".instanceType", type, architecture, architecture.managerType()));
  }

  private void networks(String at, List<Cidr> clients, String what) {
    for (int i = 0; i < clients.size(); i++) {
      Cidr cidr = clients.get(i);
      String place = at + "[" + i + "]";
      if (cidr.prefix() == 0 || isIpv4(cidr) && cidr.prefix() < WIDEST) {
        problem(
            place,
            quote(cidr.toString()),
            "the networks that clients are in, /"
                + WIDEST
                + " at the widest, not the whole internet or a part of it: "
                + what
                + " must not be open to everybody");
      } else if (!isIpv4(cidr)) {
        problem(
            place,
            quote(cidr.toString()),
            "a network of IPv4: load balancers have no address of IPv6 here");
      }
    }
  }

  static boolean isIpv4(Cidr cidr) {
    return cidr.network().filter(Inet4Address.class::isInstance).isPresent();
  }

  /** A type of instances with these processors. */
  private void type(String at, String type, Architecture architecture, String usual) {
    form(at, type, "[a-z0-9-]+\\.[a-z0-9-]+", "such as " + quote(usual));
    if (findings.sound(at) && architecture != null && !architecture.has(type)) {
      problem(
          at,
          quote(type),
          "a type whose processors are "
              + architecture.spelling()
              + ", such as "
              + quote(usual)
              + ", or another \"architecture\"");
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

  private void cache(Region region, String at) {
    Cache cache = region.cache();
    if (findings.sound(at + ".cache.nodeType")) {
      form(
          at + ".cache.nodeType",
          cache.nodeType(),
          "cache\\.[a-z0-9-]+\\.[a-z0-9]+",
          "such as \"cache.t4g.small\"");
    }
    if (findings.sound(at + ".cache", at + ".network")
        && cache.enabled()
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
    if (routing.zoneId().isEmpty() && deployment.regions().size() > 1) {
      problem(
          "$.routing.zoneId",
          "nothing, with "
              + deployment.regions().stream().map(Region::region).collect(Collectors.joining(", ")),
          "the id of a zone that is there: one region cannot make it for the others. Make it once"
              + " (aws route53 create-hosted-zone), or deploy one region first");
    }
    if (!routing.record().toLowerCase(Locale.ROOT).matches("[a-z0-9_-]+(\\.[a-z0-9_-]+)*")) {
      problem("$.routing.record", quote(routing.record()), "a name such as \"heimdall\"");
    }
  }

  private void each(String path, List<String> values, String form, String expected) {
    for (int i = 0; i < values.size(); i++) {
      form(path + "[" + i + "]", values.get(i), form, expected);
    }
  }

  private void form(String path, String value, String form, String expected) {
    if (findings.sound(path) && !value.matches(form)) {
      problem(path, quote(value), expected);
    }
  }

  private void problem(String path, String got, String expected) {
    findings.problem(path, got, expected);
  }

  private static String quote(String text) {
    return "\"" + text + "\"";
  }
}
